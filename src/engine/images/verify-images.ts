import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import { toPointer } from '../../model/json.ts';
import type { Signer } from '../../model/lock.ts';
import type { Policy } from '../../policy/policy.ts';
import type { VerifyResult } from '../../report/images-verify.ts';
import { isVerified, verifyPin } from '../lock/verify-pin.ts';
import { readPolicies } from '../read-policies.ts';
import { asFinding } from './as-finding.ts';
import type { LockedImage } from './images-of.ts';
import type { Registries } from './registries.ts';
import { type Look, type Seen, verifyImage } from './verify-image.ts';

export interface VerifyWorld extends Pick<Registries, 'openOrigin'> {
  readonly look: Look;
  /** Absolute: findings are located in it. */
  readonly lockPath: string;
}

export interface VerifiedImage {
  readonly image: LockedImage;
  readonly seen: Seen;
  /** Who signed it, where a policy or the lock asks for that; null when nobody does. */
  readonly signer: Signer | null;
  readonly result: VerifyResult;
  /** Empty when it is as locked. A tag that moved is an info. */
  readonly findings: readonly Finding[];
}

const IMAGES_AT_ONCE = 8;

/** Looks at every image: all of it, its tag, and who signed it. In their order. */
export async function verifyImages(
  images: readonly LockedImage[],
  world: VerifyWorld,
  ctx: Context,
): Promise<readonly VerifiedImage[]> {
  const policies = await readPolicies(ctx);
  return await inParallel(images, IMAGES_AT_ONCE, async (image) => {
    const { onEvent } = world.look;
    const name = image.pin.image;
    onEvent({ kind: 'image.started', image: name });
    const verified = await verifyOne(image, policies, world, ctx);
    onEvent({
      kind: 'image.finished',
      image: name,
      result: verified.result === 'verified' ? 'done' : 'failed',
    });
    return verified;
  });
}

async function verifyOne(
  image: LockedImage,
  policies: readonly Policy[],
  { openOrigin, look, lockPath }: VerifyWorld,
  ctx: Context,
): Promise<VerifiedImage> {
  const seen: Seen = { manifests: 0, blobs: 0, bytes: 0, elsewhere: 0 };
  const content = await asFindings(async () => {
    ctx.signal.throwIfAborted();
    const registry = await openOrigin(image.reference.registry);
    return { findings: await verifyImage(image, { registry, look, seen }, ctx) };
  });
  const signed = await asFindings(() => checkSigner(image, policies, lockPath, ctx));
  const at = {
    file: lockPath,
    pointer: toPointer(['servers', image.servers[0] ?? '']),
    part: 'key' as const,
  };
  const findings = [...content.findings, ...signed.findings].map((finding) => ({ at, ...finding }));
  return { image, seen, signer: signed.signer ?? null, result: resultOf(findings), findings };
}

/** What is gone or wrong says more than what could not be found out. */
function resultOf(findings: readonly Finding[]): VerifyResult {
  const codes = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  if (codes.length === 0) return 'verified';
  if (codes.some((code) => DIFFERENT.has(code))) return 'different';
  return codes.some((code) => DENIED.has(code)) ? 'denied' : 'unknown';
}

const DIFFERENT: ReadonlySet<string> = new Set([
  'RESOLVE_NOT_FOUND',
  'RESOLVE_INTEGRITY',
  'RESOLVE_TOO_BIG',
  'RESOLVE_PROTOCOL',
]);
const DENIED: ReadonlySet<string> = new Set(['VERIFY_UNSIGNED', 'VERIFY_UNTRUSTED', 'VERIFY_SIGNER_CHANGED']);

interface Signed {
  readonly findings: readonly Finding[];
  readonly signer?: Signer;
}

/** Whoever a policy wants, or the lock says it was, must have signed just this. */
async function checkSigner(
  { servers, pin }: LockedImage,
  policies: readonly Policy[],
  file: string,
  ctx: Context,
): Promise<Signed> {
  const known = pin.signer ?? null;
  if (ctx.signal.aborted || !isVerified({ pin, known }, policies)) return { findings: [] };
  const verified = await verifyPin({ pin, known }, policies, ctx);
  const { compareSigner } = await import('../../verify/compare-signer.ts');
  const server = servers[0] ?? '';
  const findings = compareSigner({ server, locked: pin.signer, verified, isLocked: true, file });
  return { findings, ...(verified.kind === 'signed' ? { signer: verified.signer } : {}) };
}

async function asFindings(look: () => Promise<Signed>): Promise<Signed> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return { findings: [asFinding(error)] };
  }
}
