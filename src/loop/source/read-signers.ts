import { createHash } from 'node:crypto';
import { readPolicies } from '../../engine/read-policies.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { CommitSigner } from '../../policy/policy.ts';
import { sourceError } from './fail.ts';

/** Whom one policy of this machine names. All policies that name signers must accept a signature. */
export interface SignerSet {
  readonly file: string;
  readonly signers: readonly CommitSigner[];
  /** What their key files hold, by path. */
  readonly keys: ReadonlyMap<string, Buffer>;
}

export interface Signers {
  readonly sets: readonly SignerSet[];
  /** Of all of it: who was trusted when something was verified. */
  readonly digest: string;
}

const maxKeyBytes = 2 ** 20;
const MACHINE = '/etc/mcpform/';

/** Reads the policies of this machine. Throws SOURCE_UNSIGNED when they name nobody, or cannot be relied on. */
export async function readSigners(ctx: Context): Promise<Signers> {
  const policies = await orUnsigned(() => readPolicies(ctx));
  const sets = await Promise.all(
    policies.flatMap(({ file, commits }) => (commits === undefined ? [] : [readSet(file, commits, ctx)])),
  );
  if (sets.every(({ signers }) => signers.length === 0)) {
    throw sourceError(
      'SOURCE_UNSIGNED',
      'no policy of this machine says who may sign commits, so nothing can be verified',
      'list the signers under `commits` in /etc/mcpform/policy.yaml, or in your own policy',
    );
  }
  const hash = createHash('sha256');
  for (const { file, signers, keys } of sets) {
    hash.update(
      JSON.stringify([file, signers, [...keys].map(([path, bytes]) => [path, bytes.toString('base64')])]),
    );
  }
  return { sets, digest: hash.digest('hex') };
}

async function readSet(file: string, signers: readonly CommitSigner[], ctx: Context): Promise<SignerSet> {
  const paths = [...new Set(signers.flatMap((signer) => (signer.kind === 'gpg' ? [signer.keyFile] : [])))];
  const keys = await Promise.all(paths.map(async (path) => [path, await readKey(path, file, ctx)] as const));
  return { file, signers, keys: new Map(keys) };
}

async function readKey(path: string, policy: string, ctx: Context): Promise<Buffer> {
  const { files } = ctx.system;
  const refuse = (what: string, cause?: unknown): McpformError =>
    sourceError(
      'SOURCE_UNSIGNED',
      `the key "${path}", which the policy "${policy}" names, ${what}`,
      'repair the file',
      cause,
    );
  try {
    const { kind, size, uid, mode } = await files.stat(await files.realPath(path));
    if (kind !== 'file' || size > maxKeyBytes) throw refuse('is no file of a key');
    // A policy of root is worth no more than who may change the keys it names.
    if (policy.startsWith(MACHINE) && (uid !== 0 || (mode & 0o022) !== 0)) {
      throw refuse('must belong to root and be writable by root alone');
    }
    return await files.read(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'EIO'))
      throw refuse(`cannot be read (${error.code})`, error);
    throw error;
  }
}

async function orUnsigned<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    throw sourceError('SOURCE_UNSIGNED', error.message, error.hint ?? 'repair the policy', error);
  }
}
