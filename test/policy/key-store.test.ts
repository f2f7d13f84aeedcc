import { describe, expect, it } from 'vitest';
import { keyStoreAt } from '../../src/policy/key-store.ts';

const of = (path: string): string | null => keyStoreAt(path, '/data/people/ann', ['/var/lib/ours/mcpform']);

const OWN = 'what mcpform keeps for itself';
const KERNEL = "the kernel's view of the machine";
const DEVICE = 'a device of the machine';
const PASSWORDS = 'the passwords of this machine';
const HOST_KEYS = 'the keys of this machine';
const SSH = 'keys of SSH';
const CLAUDE = 'what Claude Code keeps';
const STORE = 'a store of passwords';
const BROWSER = 'what a browser keeps';
const KUBERNETES = 'what Kubernetes signs in with';
const REGISTRIES = 'what package registries are signed in to with';

describe('a file in a well-known store of keys', () => {
  it.each<[string, string]>([
    ['/data/people/ann/.ssh/id_ed25519', SSH],
    ['/data/people/ann/.ssh', SSH],
    ['/DATA/People/Ann/.SSH/id_rsa', SSH],
    ['/data/people/ann/./.ssh//id_rsa', SSH],
    ['/home/bob/.ssh/id_rsa', SSH],
    ['/root/.ssh/id_rsa', SSH],
    ['/Users/Bob/.ssh/id_rsa', SSH],
    ['C:\\Users\\Bob\\.ssh\\id_rsa', SSH],
    ['/mnt/c/Users/Bob/.ssh/id_rsa', SSH],
    ['/data/people/ann/.gnupg/private-keys-v1.d/a.key', 'keys of GnuPG'],
    ['C:/Users/Bob/AppData/Roaming/gnupg/trustdb.gpg', 'keys of GnuPG'],
    ['/data/people/ann/.age/key.txt', 'keys of age and SOPS'],
    ['/data/people/ann/.config/sops/age/keys.txt', 'keys of age and SOPS'],
    ['/Users/bob/Library/Application Support/sops/age/keys.txt', 'keys of age and SOPS'],
    ['/data/people/ann/.aws/credentials', 'what AWS signs in with'],
    ['/data/people/ann/.azure/msal_token_cache.json', 'what Azure signs in with'],
    ['/data/people/ann/.config/gcloud/credentials.db', 'what Google Cloud signs in with'],
    ['/data/people/ann/.kube/config', KUBERNETES],
    ['/etc/kubernetes/admin.conf', KUBERNETES],
    ['/run/secrets/kubernetes.io/serviceaccount/token', KUBERNETES],
    ['/data/people/ann/.docker/config.json', 'what Docker and Podman sign in with'],
    ['/data/people/ann/.config/gh/hosts.yml', 'what a code host is signed in to with'],
    ['/data/people/ann/.git-credentials', 'what Git signs in with'],
    ['/data/people/ann/.netrc', 'what programs sign in with'],
    ['C:\\Users\\Bob\\_netrc', 'what programs sign in with'],
    ['/data/people/ann/.npmrc', REGISTRIES],
    ['/data/people/ann/.pypirc', REGISTRIES],
    ['/data/people/ann/.pgpass', 'what databases are signed in to with'],
    ['/data/people/ann/.terraform.d/credentials.tfrc.json', 'what Terraform signs in with'],
    ['/data/people/ann/.vault-token', 'what Vault is signed in to with'],
    ['/data/people/ann/.password-store/work/github.gpg', STORE],
    ['/data/people/ann/.local/share/keyrings/login.keyring', STORE],
    ['/data/people/ann/.config/op/config', STORE],
    ['/Library/Keychains/System.keychain', STORE],
    ['/data/people/ann/.claude.json', CLAUDE],
    ['/data/people/ann/.claude.json.backup', CLAUDE],
    ['/data/people/ann/.claude/.credentials.json', CLAUDE],
    ['/data/people/ann/.codex/auth.json', 'what an assistant is signed in with'],
    ['/data/people/ann/.mozilla/firefox/x.default/logins.json', BROWSER],
    ['/data/people/ann/.config/google-chrome/Default/Login Data', BROWSER],
    ['/data/people/ann/.config/google-chrome-beta/Default/Cookies', BROWSER],
    ['/Users/bob/Library/Application Support/Google/Chrome/Default/Cookies', BROWSER],
    ['C:\\Users\\Bob\\AppData\\Local\\Google\\Chrome\\User Data\\Local State', BROWSER],
    ['C:\\Users\\Bob\\AppData\\Roaming\\Microsoft\\Protect\\x', 'what Windows keeps for a person'],
    ['/data/people/ann/.local/state/mcpform/key', OWN],
    ['/data/people/ann/.local/share/mcpform/lineage', OWN],
    ['/var/lib/ours/mcpform/key', OWN],
    ['/etc/shadow', PASSWORDS],
    ['/etc/shadow-', PASSWORDS],
    ['/etc/gshadow', PASSWORDS],
    ['/private/etc/master.passwd', PASSWORDS],
    ['/etc/ssh/ssh_host_ed25519_key', HOST_KEYS],
    ['/etc/ssl/private/server.key', HOST_KEYS],
    ['/proc/self/environ', KERNEL],
    ['/proc/1/root/srv/token', KERNEL],
    ['/sys/firmware/efi/vars', KERNEL],
    ['/dev/stdin', DEVICE],
    ['/dev/mem', DEVICE],
    ['/dev', DEVICE],
    ['\\\\.\\pipe\\agent', 'a pipe or device of the machine'],
    ['relative/.env', 'no plain path'],
    ['/srv/../home/ann/.ssh/id_rsa', 'no plain path'],
  ])('%s is %s', (path, words) => {
    expect(of(path)).toBe(words);
  });

  it.each([
    '/data/people/ann/.env',
    '/data/people/ann/work/.env',
    '/data/people/ann/work/.ssh/deploy',
    '/data/people/ann/work/.claude/token',
    '/data/people/ann/.secrets/github',
    '/data/people/ann/.config/mcpform/github-token',
    '/data/people/ann/.sshd-notes',
    '/data/people/ann/.config/ghost/token',
    '/data/people/annette/.ssh-free/x',
    '/home/bob/token',
    '/run/secrets/github',
    '/dev/shm/github',
    '/etc/mcpform/github-token',
    '/etc/shadows/token',
    '/srv/.ssh/id_rsa',
    '/procedures/token',
    'C:\\Users\\Bob\\token.txt',
  ])('%s is an ordinary file', (path) => {
    expect(of(path)).toBeNull();
  });

  it('knows the home of who has it at the root of the disk, as in a container', () => {
    expect(keyStoreAt('/.ssh/id_rsa', '/')).toBe(SSH);
    expect(keyStoreAt('/.environment', '/')).toBeNull();
  });
});
