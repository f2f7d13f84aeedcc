import { engineOf } from '../../graph/engine-of.ts';
import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { PullOutcome, PullTarget } from '../../model/pull.ts';
import { imagePlatform } from '../../providers/docker/container-image.ts';
import type { Engine, PullProgress } from '../../providers/docker/engine.ts';
import { imageByDigest, normalizePlatform } from '../../providers/docker/image-name.ts';
import type { ImagesEvent } from '../../report/images-progress.ts';
import type { OpenEngine } from '../containers/engines.ts';
import type { ServerImage } from './images-of.ts';
import { notLocked } from './not-locked.ts';
import { rememberPulled } from './pulled-images.ts';

export interface PullWorld {
  readonly open: OpenEngine;
  readonly onEvent: (event: ImagesEvent) => void;
}

export interface Wanted {
  readonly target: PullTarget;
  /** Why there is no digest to pull it by; null when there is one. */
  readonly unlocked: ServerImage | null;
}

export interface PulledImage {
  readonly target: PullTarget;
  readonly outcome: PullOutcome;
}

/** Of one image an engine fetches some layers at once by itself. */
const IMAGES_AT_ONCE = 4;

/** What the engines of these servers are to have: each image once per engine, in the order of the servers. */
export function pullTargets(
  { servers }: Pick<Manifest, 'servers'>,
  images: readonly ServerImage[],
): readonly Wanted[] {
  const targets = new Map<string, Wanted>();
  for (const wanted of images) {
    const server = servers.find(({ name }) => name === wanted.server);
    if (server === undefined) throw new Error(`"${wanted.server}" is no server of the manifest`);
    const engine = engineName(engineOf(server));
    const asked = server.engine['platform'];
    const platform = typeof asked === 'string' ? asked : null;
    const image = wanted.pin?.image ?? wanted.image;
    const key = JSON.stringify([engine, imageByDigest(image) ?? image, platform, wanted.reason]);
    const others = targets.get(key)?.target.servers ?? [];
    const target = { engine, image, platform, servers: [...others, wanted.server] };
    targets.set(key, { target, unlocked: wanted.pin === null ? wanted : null });
  }
  return [...targets.values()];
}

/** Has each engine fetch what it does not have. One that fails leaves the others alone. In their order. */
export async function pullImages(
  wanted: readonly Wanted[],
  world: PullWorld,
  ctx: Context,
): Promise<readonly PulledImage[]> {
  return await inParallel(wanted, IMAGES_AT_ONCE, async ({ target, unlocked }) => {
    ctx.emit({ kind: 'pull.started', ...target });
    world.onEvent({ kind: 'image.started', image: target.image });
    const outcome = unlocked === null ? await pullOne(target, world, ctx) : outcomeOf(unlocked);
    world.onEvent({ kind: 'image.finished', image: target.image, result: RESULT[outcome.result] });
    ctx.emit({ kind: 'pull.finished', ...target, outcome });
    return { target, outcome };
  });
}

const RESULT = { pulled: 'done', current: 'current', local: 'current', failed: 'failed' } as const;

function outcomeOf(unlocked: ServerImage): PullOutcome {
  if (unlocked.reason === 'local') return { result: 'local' };
  return { result: 'failed', error: wordsOf(notLocked(unlocked)) };
}

async function pullOne(target: PullTarget, { open, onEvent }: PullWorld, ctx: Context): Promise<PullOutcome> {
  const { image, platform } = target;
  try {
    ctx.signal.throwIfAborted();
    const engine = await open(target.engine);
    const known = await platformThere(engine, image);
    if (known !== null && (platform === null || normalizePlatform(platform) === known)) {
      return { result: 'current' };
    }
    await engine.pullImage(image, { platform, signal: ctx.signal, onProgress: tellBytes(onEvent) });
    if (known === null) await rememberPulled(engine, image, ctx);
    return { result: 'pulled' };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return { result: 'failed', error: wordsOf(error) };
  }
}

function wordsOf({ code, message, hint }: McpformError): NonNullable<PullOutcome['error']> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** What the image that is there is for; empty when it does not say, null when it is not there. */
async function platformThere(engine: Engine, image: string): Promise<string | null> {
  const info = await engine.inspectImage(imageByDigest(image) ?? image);
  return info === null ? null : (imagePlatform(info) ?? '');
}

/** What came since the last time, of all that is known to come. */
function tellBytes(onEvent: PullWorld['onEvent']): (progress: PullProgress) => void {
  let before: PullProgress = { doneBytes: 0, totalBytes: 0 };
  return (now) => {
    const found = now.totalBytes - before.totalBytes;
    const moved = now.doneBytes - before.doneBytes;
    before = now;
    if (found !== 0) onEvent({ kind: 'found', blobs: 0, bytes: found });
    if (moved !== 0) onEvent({ kind: 'bytes', bytes: moved });
  };
}
