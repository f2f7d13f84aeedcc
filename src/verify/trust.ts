import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { Requirement, WantedSignature } from '../policy/policy.ts';
import { type Candidate, Refusal, reasonOf, type Signed } from './candidate.ts';
import { fingerprintOf, isSignedBy, readPublicKey } from './public-key.ts';
import { rememberedRoot, rememberRoot } from './public-root.ts';

/** What signatures are judged by: a Sigstore (null: the public one) or a key, as a policy names it. */
export interface TrustSource {
  readonly kind: 'root' | 'key';
  readonly path: string | null;
  /** The policy that names it. */
  readonly policy: string;
}

export interface Trust {
  /** Throws whatever when the candidate proves nothing; every error means just that. */
  readonly verify: (candidate: Exclude<Candidate, { kind: 'unreadable' }>) => Signed;
}

/** Everything that the requirements want signatures judged by, each once. */
export function sourcesOf(requirements: readonly Requirement[]): readonly TrustSource[] {
  const sources = requirements.flatMap((each) => each.oneOf.map((wanted) => sourceFor(wanted, each)));
  return [...new Map(sources.map((source) => [idOf(source), source])).values()];
}

/** What judges one of the signatures that a requirement takes. */
export function sourceFor(wanted: WantedSignature, { file, trustedRoot }: Requirement): TrustSource {
  return wanted.kind === 'key'
    ? { kind: 'key', path: wanted.key, policy: file }
    : { kind: 'root', path: trustedRoot, policy: file };
}

export function idOf({ kind, path, policy }: TrustSource): string {
  return path === null ? kind : canonicalJson([kind, path, policy]);
}

/** What changes when the trust does; null when that is not known without asking the network. */
export async function trustDigest(source: TrustSource, ctx: Context): Promise<string | null> {
  if (source.path === null) return rememberedRoot(ctx);
  const digest = createHash('sha256')
    .update(await readNamed(source, ctx))
    .digest('hex');
  return `sha256:${digest}`;
}

/** Rejects with VERIFY_TRUST_INVALID or VERIFY_TRUST_UNAVAILABLE. */
export async function openTrust(source: TrustSource, ctx: Context): Promise<Trust> {
  const client = await import('./client.ts');
  if (source.kind === 'key') return keyTrust(source, ctx);
  const root = source.path === null ? await publicRoot(ctx) : parseRoot(source, await readNamed(source, ctx));
  const sigstore = orInvalid(source, () => client.openSigstore(root, { isComplete: source.path === null }));
  return {
    verify: (candidate) => {
      if (candidate.kind === 'text') throw new Refusal('it was made with a key, not by an identity');
      return sigstore.verify(candidate);
    },
  };
}

async function keyTrust(source: TrustSource, ctx: Context): Promise<Trust> {
  const { verifyKeyed } = await import('./client.ts');
  const bytes = await readNamed(source, ctx);
  const key = orInvalid(source, () => readPublicKey(bytes.toString('utf8')));
  const signer = { issuer: 'key', identity: fingerprintOf(key) };
  return {
    verify: (candidate) => {
      if (candidate.kind === 'bundle') return verifyKeyed(candidate, key);
      const message = Buffer.from(candidate.text);
      if (!isSignedBy(key, message, Buffer.from(candidate.signature, 'base64'))) {
        throw new Refusal('it was not made with that key');
      }
      return { signer, content: { kind: 'message', bytes: message } };
    },
  };
}

/** One fetch for all that ask at once: the library's files would be written twice. */
const underWay = new WeakMap<Context['folders'], Promise<Json>>();

async function publicRoot(ctx: Context): Promise<Json> {
  const asked = underWay.get(ctx.folders);
  if (asked !== undefined) return asked;
  const asking = fetchPublicRoot(ctx).finally(() => underWay.delete(ctx.folders));
  underWay.set(ctx.folders, asking);
  return asking;
}

async function fetchPublicRoot(ctx: Context): Promise<Json> {
  const { fetchTrustedRoot } = await import('./client.ts');
  try {
    const root = await fetchTrustedRoot({ cachePath: join(ctx.folders.cache, 'sigstore') });
    await rememberRoot(root, ctx);
    return root;
  } catch (error) {
    throw new McpformError(
      'VERIFY_TRUST_UNAVAILABLE',
      `the trusted root of the public Sigstore cannot be had: ${reasonOf(error)}`,
      { cause: error, hint: 'try again, or set `sigstore.trustedRoot` in the machine policy' },
    );
  }
}

function parseRoot(source: TrustSource, bytes: Buffer): Json {
  return orInvalid(source, () => JSON.parse(bytes.toString('utf8')) as Json);
}

function orInvalid<T>(source: TrustSource, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalid(source, `is not ${what(source)}: ${reasonOf(error)}`, error);
  }
}

const MOST_BYTES = 1_048_576;

/** A file that a policy names. What root's policy names must be as safe from others as the policy itself. */
async function readNamed(source: TrustSource, ctx: Context): Promise<Buffer> {
  const { files } = ctx.system;
  const path = source.path as string;
  try {
    const real = await files.realPath(path);
    const { uid, mode, kind, size } = await files.stat(real);
    if (kind !== 'file' || size > MOST_BYTES) throw invalid(source, 'is no file, or too large');
    const policy = await files.stat(await files.realPath(source.policy));
    if (policy.uid === 0 && (uid !== 0 || (mode & 0o022) !== 0)) {
      throw invalid(source, 'must belong to root and be writable by root alone');
    }
    return await files.read(real);
  } catch (error) {
    if (error instanceof McpformError || !(error instanceof Error && 'code' in error)) throw error;
    throw invalid(source, `cannot be read: ${reasonOf(error)}`, error);
  }
}

function what({ kind }: TrustSource): string {
  return kind === 'key' ? 'a public key in PEM' : 'the trusted root of a Sigstore';
}

function invalid(source: TrustSource, problem: string, cause?: unknown): McpformError {
  return new McpformError('VERIFY_TRUST_INVALID', `"${source.path}" ${problem}`, {
    cause,
    hint: `"${source.policy}" names it as ${what(source)}; correct the file or the policy`,
  });
}
