import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { CommitSigner } from '../../policy/policy.ts';
import { childEnv } from '../../resolve/child-env.ts';
import { removeTree } from '../../resolve/private-folder.ts';
import { sourceError } from './fail.ts';
import { judgeSignature } from './judge-signature.ts';
import type { Mirror } from './open-mirror.ts';
import { homeConfig } from './place.ts';
import type { SignerSet, Signers } from './read-signers.ts';

/** A commit, or an annotated tag. */
export interface Signed {
  readonly kind: 'commit' | 'tag';
  readonly id: string;
  /** For messages: `commit 3f1c…`, `tag "v1"`. */
  readonly shown: string;
}

/** Who signed it, in words. Throws SOURCE_UNSIGNED unless every policy that names signers names this one. */
export async function verifySignature(
  signed: Signed,
  { sets }: Signers,
  mirror: Mirror,
  ctx: Context,
): Promise<string> {
  const names: string[] = [];
  for (const set of sets) names.push(await verifyBy(set, signed, mirror, ctx));
  const [name] = names;
  if (name === undefined) throw new Error('nobody to verify by');
  return name;
}

async function verifyBy(
  set: SignerSet,
  { kind, id, shown }: Signed,
  mirror: Mirror,
  ctx: Context,
): Promise<string> {
  const folder = join(mirror.place.folder, `verify.${randomBytes(6).toString('hex')}`);
  try {
    await prepare(folder, set, ctx);
    const env = { HOME: folder, XDG_CONFIG_HOME: folder, GNUPGHOME: join(folder, 'gnupg') };
    const { exitCode, stderr } = await mirror.attempt([`verify-${kind}`, '--raw', id], { env });
    const judged = judgeSignature({ exitCode, output: stderr }, set.signers);
    if (judged.isGood) return judged.signer;
    throw sourceError(
      'SOURCE_UNSIGNED',
      judged.found === null
        ? `${shown} is not signed`
        : `${shown} is signed by ${judged.found}, and the policy "${set.file}" wants another signer`,
      'have it signed by somebody whom `commits` of the policy names, and push that',
    );
  } finally {
    await removeTree(folder, ctx).catch(() => undefined);
  }
}

/** Keys, and a configuration that knows nothing but them. */
async function prepare(folder: string, { signers, keys }: SignerSet, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const create = (path: string, content: string | Uint8Array): Promise<void> =>
    files.create(path, content, { mode: 0o600, sync: false });
  const gnupg = join(folder, 'gnupg');
  const allowed = join(folder, 'allowed_signers');
  await files.makeFolder(gnupg, 0o700);
  // Without these, a new folder may be one of a key daemon.
  for (const name of ['common.conf', 'gpg.conf']) await create(join(gnupg, name), '');
  await create(allowed, signers.map(allowedLine).join(''));
  const config = homeConfig({
    'gpg.program': 'gpg',
    'gpg.ssh.program': 'ssh-keygen',
    'gpg.ssh.allowedSignersFile': allowed,
    // Nothing here knows whom X.509 trusts.
    'gpg.x509.program': 'false',
    'gpg.minTrustLevel': 'undefined',
  });
  await create(join(folder, '.gitconfig'), config);
  let count = 0;
  for (const bytes of keys.values()) {
    count += 1;
    const file = join(folder, `key.${count}`);
    await create(file, bytes);
    const args = [
      '--homedir',
      gnupg,
      '--batch',
      '--no-tty',
      '--quiet',
      '--no-autostart',
      '--import',
      '--',
      file,
    ];
    const env = {
      ...childEnv(ctx, (name) => /^(?:PATH|PATHEXT|SYSTEMROOT|TEMP|TMP|TMPDIR)$/.test(name)),
      HOME: folder,
      LC_ALL: 'C',
    };
    // A key that is not in the keyring verifies nothing: why it is not there does not matter.
    await ctx.system.processes
      .run('gpg', args, { env, inheritsEnv: false, timeoutMs: 60_000 })
      .catch(() => undefined);
  }
}

function allowedLine(signer: CommitSigner, index: number): string {
  return signer.kind === 'ssh'
    ? `${signer.principal ?? `key-${index + 1}`} namespaces="git" ${signer.key}\n`
    : '';
}
