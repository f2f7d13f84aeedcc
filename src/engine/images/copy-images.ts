import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { ImagesEvent } from '../../report/images-progress.ts';
import { copyImage, nothingCopied } from '../../resolve/oci/copy-image.ts';
import type { Copied, Target } from '../../resolve/oci/copy-types.ts';
import { limitTo } from '../../resolve/oci/limit.ts';
import { type Destination, repositoryAt } from './destination.ts';
import type { LockedImage } from './images-of.ts';
import { type Registries, withCache } from './registries.ts';

export interface CopyRequest {
  readonly to: Destination;
  readonly keepsTags: boolean;
  /** Tags at the target that stand for something else are moved. */
  readonly overwrites: boolean;
  readonly withSignatures: boolean;
  readonly isDryRun: boolean;
  /** Blobs on their way at once, over all images. */
  readonly parallel: number;
}

export interface CopyWorld extends Registries {
  readonly onEvent: (event: ImagesEvent) => void;
}

export interface CopiedImage {
  readonly image: LockedImage;
  /** `REGISTRY/PREFIX/NAME[:TAG]@sha256:…` */
  readonly target: string;
  readonly done: Copied;
  /** Why it is not all there. */
  readonly error?: McpformError;
}

/** Most of an image that is there already is waiting for answers. */
const IMAGES_AT_ONCE = 8;

/** Copies locked images into one registry. One that fails leaves the others alone. In their order. */
export async function copyImages(
  images: readonly LockedImage[],
  request: CopyRequest,
  world: CopyWorld,
  ctx: Context,
): Promise<readonly CopiedImage[]> {
  const jobs = images.map((image) => jobOf(image, request));
  const clashes = findClashes(jobs);
  const target: Target = {
    registry: await world.openOrigin(request.to.registry),
    transfers: limitTo(request.parallel),
    places: new Map(),
    underway: new Map(),
    clock: ctx.system.clock,
    signal: ctx.signal,
  };
  return await inParallel(jobs, IMAGES_AT_ONCE, async (job): Promise<CopiedImage> => {
    const done = nothingCopied();
    const { image, name } = job;
    world.onEvent({ kind: 'image.started', image: name });
    try {
      ctx.signal.throwIfAborted();
      const clash = clashes.get(job);
      if (clash !== undefined) throw clash;
      await copyOne(job, request, { ...world, target, done }, ctx);
      world.onEvent({ kind: 'image.finished', image: name, result: isUnchanged(done) ? 'current' : 'done' });
      return { image, target: name, done };
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      world.onEvent({ kind: 'image.finished', image: name, result: 'failed' });
      return { image, target: name, done, error };
    }
  });
}

/** Nothing had to be sent, taken over or set. */
export function isUnchanged({ bytes, blobs, tag }: Copied): boolean {
  return bytes.sent === 0 && blobs.mounted === 0 && (tag === 'there' || tag === null);
}

interface Job {
  readonly image: LockedImage;
  readonly repository: string;
  readonly tag: string | null;
  /** The target, by tag and digest. */
  readonly name: string;
  /** The target is where the image comes from: nothing of it may be changed. */
  readonly isItself: boolean;
}

function jobOf(image: LockedImage, { to, keepsTags }: CopyRequest): Job {
  const { reference } = image;
  const repository = repositoryAt(to, reference);
  const isItself = reference.registry === to.registry && reference.repository === repository;
  const tag = keepsTags ? (reference.tag ?? null) : null;
  const name = `${to.registry}/${repository}${tag === null ? '' : `:${tag}`}@${reference.digest}`;
  return { image, repository, tag: isItself ? null : tag, name, isItself };
}

/** Two images from two registries that would have one name at the target. */
function findClashes(jobs: readonly Job[]): ReadonlyMap<Job, McpformError> {
  const clashes = new Map<Job, McpformError>();
  for (const job of jobs) {
    const other = jobs.find(
      ({ repository, tag, image }) =>
        tag !== null &&
        tag === job.tag &&
        repository === job.repository &&
        image.reference.digest !== job.image.reference.digest,
    );
    if (other === undefined) continue;
    const message = `"${job.image.pin.image}" and "${other.image.pin.image}" would both be "${job.repository}:${job.tag}"`;
    const hint = 'copy them apart, with another prefix for one, or pass --no-tags';
    clashes.set(job, new McpformError('RESOLVE_TAG_TAKEN', message, { hint }));
  }
  return clashes;
}

interface Means extends CopyWorld {
  readonly target: Target;
  readonly done: Copied;
}

async function copyOne(
  { image, repository, tag, isItself }: Job,
  { to, overwrites, withSignatures, isDryRun, parallel }: CopyRequest,
  { target, done, open, onEvent }: Means,
  ctx: Context,
): Promise<void> {
  const { reference } = image;
  const source = withCache(await open(reference.registry), ctx);
  await copyImage(
    {
      from: { registry: source, repository: reference.repository },
      digest: reference.digest,
      to: repository,
      tag,
      isSameRegistry: reference.registry === to.registry,
      overwrites,
      withAttached: withSignatures && !isItself,
      isDryRun,
      parallel,
    },
    target,
    done,
    onEvent,
  );
}
