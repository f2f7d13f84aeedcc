import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { type Finding, hasErrors } from '../../model/finding.ts';
import { toPointer } from '../../model/json.ts';
import type { Signer } from '../../model/lock.ts';
import type { Policy } from '../../policy/policy.ts';
import { inParallel } from '../lock/in-parallel.ts';
import { isVerified, verifyPin } from '../lock/verify-pin.ts';
import { readPolicies } from '../read-policies.ts';
import { asFinding } from './as-finding.ts';
import type { LockedImage } from './images-of.ts';
import type { OpenRegistry } from './registries.ts';
import { type Look, type Seen, verifyImage } from './verify-image.ts';

export interface VerifyWorld {
  readonly open: OpenRegistry;
  readonly look: Look;
  /** Absolute: findings are located in it. */
  readonly lockPath: string;
}

export interface VerifiedImage {
  readonly image: LockedImage;
  readonly seen: Seen;
  /** Who signed it, where a policy or the lock asks for that; null when nobody does. */
  readonly signer: Signer | null;
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
      result: hasErrors(verified.findings) ? 'failed' : 'done',
    });
    return verified;
  });
}

async function verifyOne(
  image: LockedImage,
  policies: readonly Policy[],
  { open, look, lockPath }: VerifyWorld,
  ctx: Context,
): Promise<VerifiedImage> {
  const seen: Seen = { manifests: 0, blobs: 0, bytes: 0, elsewhere: 0 };
  const content = await asFindings(async () => {
    ctx.signal.throwIfAborted();
    const registry = await open(image.reference.registry);
    return { findings: await verifyImage(image, { registry, look, seen }, ctx) };
  });
  const signed = await asFindings(() => checkSigner(image, policies, lockPath, ctx));
  const at = {
    file: lockPath,
    pointer: toPointer(['servers', image.servers[0] ?? '']),
    part: 'key' as const,
  };
  const findings = [...content.findings, ...signed.findings].map((finding) => ({ at, ...finding }));
  return { image, seen, signer: signed.signer ?? null, findings };
}

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
