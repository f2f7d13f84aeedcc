import { homesAround, isWithin, plainPath } from './host-path.ts';

/**
 * Which well-known store of keys a file is in, in words; null for an ordinary file. A manifest may come from anybody,
 * so what is in such a place is not for a server to have. `own` are mcpform's own folders, where they are not in the
 * usual places. By the text of the path alone: links must be resolved before. Case is ignored, as macOS and Windows do.
 */
export function keyStoreAt(path: string, home: string, own: readonly string[] = []): string | null {
  if (/^[\\/]{2}[.?][\\/]/.test(path)) return 'a pipe or device of the machine';
  const plain = plainPath(path);
  if (plain === null) return 'no plain path';
  if (own.some((folder) => isWithin(plain, plainPath(folder) ?? folder))) return OWN;
  const tree = TREES.find(([root]) => isWithin(plain, root));
  if (tree !== undefined && !isWithin(plain, SHARED_MEMORY)) return tree[1];
  if (/^\/etc\/(?:g?shadow|master\.passwd|opasswd)[^/]*$/.test(plain)) return PASSWORDS;
  for (const each of homesAround(plain, [home])) {
    const inHome = plain.slice(each === '/' ? 1 : each.length + 1);
    const store = IN_HOMES.find(([pattern]) => pattern.test(inHome));
    if (store !== undefined) return store[1];
  }
  return null;
}

const OWN = 'what mcpform keeps for itself';
const PASSWORDS = 'the passwords of this machine';
const HOST_KEYS = 'the keys of this machine';
const KUBERNETES = 'what Kubernetes signs in with';
const PASSWORD_STORE = 'a store of passwords';
const BROWSER = 'what a browser keeps';

/** In memory for programs, not a device: people put secrets there so that they are on no disk. */
const SHARED_MEMORY = '/dev/shm';

const TREES: readonly (readonly [string, string])[] = [
  ['/proc', "the kernel's view of the machine"],
  ['/sys', "the kernel's view of the machine"],
  ['/dev', 'a device of the machine'],
  ['/etc/security/opasswd', PASSWORDS],
  ['/etc/ssh', HOST_KEYS],
  ['/etc/ssl/private', HOST_KEYS],
  ['/etc/pki/tls/private', HOST_KEYS],
  ['/etc/letsencrypt', HOST_KEYS],
  ['/etc/krb5.keytab', HOST_KEYS],
  ['/etc/kubernetes', KUBERNETES],
  ['/etc/rancher', KUBERNETES],
  ['/run/secrets/kubernetes.io', KUBERNETES],
  ['/var/run/secrets/kubernetes.io', KUBERNETES],
  ['/library/keychains', PASSWORD_STORE],
];

/** Paths in a home folder, in lower case. */
const IN_HOMES: readonly (readonly [RegExp, string])[] = [
  [entry('.ssh'), 'keys of SSH'],
  [entry('.gnupg', 'appdata/roaming/gnupg'), 'keys of GnuPG'],
  [
    entry('.age', '.config/age', '.config/mcpform/age', '.config/sops', 'library/application support/sops'),
    'keys of age and SOPS',
  ],
  [entry('.aws'), 'what AWS signs in with'],
  [entry('.azure'), 'what Azure signs in with'],
  [entry('.config/gcloud', 'appdata/roaming/gcloud'), 'what Google Cloud signs in with'],
  [entry('.kube'), KUBERNETES],
  [entry('.docker', '.config/containers'), 'what Docker and Podman sign in with'],
  [entry('.config/gh', '.config/glab-cli', '.config/hub'), 'what a code host is signed in to with'],
  [entry('.git-credentials', '.config/git/credentials'), 'what Git signs in with'],
  [entry('.netrc', '_netrc', '.authinfo', '.authinfo.gpg'), 'what programs sign in with'],
  [
    entry('.npmrc', '.yarnrc.yml', '.pypirc', '.gem', '.cargo'),
    'what package registries are signed in to with',
  ],
  [entry('.pgpass', '.my.cnf', '.mylogin.cnf'), 'what databases are signed in to with'],
  [entry('.terraform.d', '.terraformrc'), 'what Terraform signs in with'],
  [entry('.vault-token'), 'what Vault is signed in to with'],
  [entry('.password-store', '.local/share/password-store', '.local/share/gopass'), PASSWORD_STORE],
  [entry('.local/share/keyrings', '.local/share/kwalletd', 'library/keychains'), PASSWORD_STORE],
  [entry('.config/op', '.op', '.lpass', '.local/share/lpass', '.config/lpass'), PASSWORD_STORE],
  [entry('.config/bitwarden cli', '.config/bws', '.config/bitwarden'), PASSWORD_STORE],
  [entry('appdata/roaming/microsoft', 'appdata/local/microsoft'), 'what Windows keeps for a person'],
  [/^\.claude/, 'what Claude Code keeps'],
  [entry('.codex', '.gemini', '.config/github-copilot'), 'what an assistant is signed in with'],
  [
    entry('.mozilla', '.thunderbird', 'appdata/roaming/mozilla', 'library/application support/firefox'),
    BROWSER,
  ],
  [
    /^(?:\.config|library\/application support|appdata\/local)\/(?:google\/chrome|google-chrome|chromium)/,
    BROWSER,
  ],
  [/^(?:\.config|library\/application support|appdata\/local)\/(?:bravesoftware|microsoft[- ]edge)/, BROWSER],
  [entry('.local/state/mcpform', '.local/share/mcpform'), OWN],
];

/** A file or folder by that name, and all within. */
function entry(...names: readonly string[]): RegExp {
  const literal = names.map((name) => name.replace(/[.]/g, '\\.'));
  return new RegExp(`^(?:${literal.join('|')})(?:/|$)`);
}
