import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import { removeTree } from '../../resolve/private-folder.ts';
import { exists } from '../../state/folder.ts';
import { takeLock } from '../../state/lock-file.ts';
import { sourceError } from './fail.ts';
import { type Mirror, openMirror } from './open-mirror.ts';
import { type Place, preparePlace } from './place.ts';
import { type Remote, transfer, type World } from './transfer.ts';
import { Damaged } from './transfer-failure.ts';
import { bytesIn } from './watch-transfer.ts';

export interface MirrorAccess {
  readonly place: Place;
  readonly remote: Remote;
  /** Nobody asks for the history: then it is not fetched. */
  readonly isNewestOnly: boolean;
  readonly ctx: World;
}

/** How long another process may have the mirror: longer than the longest transfer. */
const waitMs = 15 * 60_000;
/** Each fetch makes two: a pack and its index, and a mark. */
const maxPackFiles = 64;

/**
 * Gives `use` the mirror, alone among all processes. One that turns out to be damaged is made anew beside it, once,
 * and takes its place when `use` is content with it. `format`: of the ids of its objects.
 */
export async function withMirror<T>(
  access: MirrorAccess,
  format: 'sha1' | 'sha256',
  use: (mirror: Mirror) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { place, ctx } = access;
  const lock = await orUnavailable('use its mirror', async () => {
    await preparePlace(place, ctx);
    return await takeLock(place.folder, { command: 'reconcile', waitMs }, { system: ctx.system, signal });
  });
  try {
    return await orUnavailable('use its mirror', async () => {
      await sweep(place, ctx);
      if (await exists(place.mirror, ctx)) {
        const used = await whole(() => use(openMirror(place.mirror, access, signal)));
        if (used !== null) {
          await tidy(access, signal);
          return used.value;
        }
      }
      return await useNew(access, format, use, signal);
    });
  } finally {
    await lock.release().catch(() => undefined);
  }
}

/** Null when the mirror is damaged. */
async function whole<T>(run: () => Promise<T>): Promise<{ readonly value: T } | null> {
  try {
    return { value: await run() };
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}

async function useNew<T>(
  access: MirrorAccess,
  format: 'sha1' | 'sha256',
  use: (mirror: Mirror) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { place, ctx } = access;
  const folder = join(place.folder, `new.${randomBytes(6).toString('hex')}`);
  try {
    await ctx.system.files.makeFolder(folder, 0o700);
    const mirror = openMirror(folder, access, signal);
    await mirror.read(['init', '--quiet', '--bare', `--object-format=${format}`]);
    const value = await use(mirror);
    const old = join(place.folder, `old.${randomBytes(6).toString('hex')}`);
    if (await exists(place.mirror, ctx)) await ctx.system.files.rename(place.mirror, old);
    await ctx.system.files.rename(folder, place.mirror);
    await removeAny(old, ctx);
    return value;
  } catch (error) {
    await removeTree(folder, ctx).catch(() => undefined);
    if (error instanceof Damaged) throw error.failure;
    throw error;
  }
}

/** What processes left that were killed. Nobody works here while the lock is ours. */
async function sweep({ folder, mirror }: Place, ctx: World): Promise<void> {
  const { files } = ctx.system;
  for (const name of await files.list(folder)) {
    if (/^(?:new|old|verify)\./.test(name)) await removeAny(join(folder, name), ctx);
  }
  const packs = join(mirror, 'objects/pack');
  for (const name of await files.list(packs).catch(() => [])) {
    if (name.startsWith('tmp_')) await files.remove(join(packs, name)).catch(() => undefined);
  }
}

async function removeAny(path: string, ctx: World): Promise<void> {
  if (!(await exists(path, ctx))) return;
  const { kind } = await ctx.system.files.stat(path);
  if (kind === 'folder') await removeTree(path, ctx);
  else await ctx.system.files.remove(path);
}

/** A year of fetches is a year of packs. What cannot be tidied is thrown away: the next look makes it anew. */
async function tidy({ place, remote, ctx }: MirrorAccess, signal: AbortSignal): Promise<void> {
  const packs = join(place.mirror, 'objects/pack');
  const names = await ctx.system.files.list(packs).catch(() => []);
  const isLarge = names.length > 4 && (await bytesIn(packs, ctx)) > remote.limits.maxBytes / 2;
  if (names.length <= maxPackFiles && !isLarge) return;
  const args = [`--git-dir=${place.mirror}`, 'gc', '--quiet', '--prune=now'];
  // It says nothing while it works.
  const patient = { ...remote, limits: { ...remote.limits, stallMs: remote.limits.totalMs } };
  const run = await transfer({ args, folder: place.folder }, patient, ctx, signal);
  if (run.exitCode !== 0) await removeTree(place.mirror, ctx);
}

const OF_DISK = [
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'EMFILE'],
  ...['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'],
];

async function orUnavailable<T>(doing: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Its lock is one of `state/`: held by another process, or not to be read.
    if (error instanceof McpformError && !error.code.startsWith('SOURCE_')) {
      const hint = 'wait for the other process, or look at the cache folder';
      throw sourceError('SOURCE_UNAVAILABLE', `cannot ${doing}: ${error.message}`, hint, error);
    }
    if (isErrno(error, ...OF_DISK)) {
      const hint = 'look at disk space and permissions of the cache folder';
      throw sourceError('SOURCE_UNAVAILABLE', `cannot ${doing} (${error.code})`, hint, error);
    }
    throw error;
  }
}
