import { dirname, join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Installed, LaunchRecord } from '../model/launch.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import { removeSealed } from '../system/launch/remove-sealed.ts';
import { scanTree } from '../system/launch/scan-tree.ts';
import { sealTree } from '../system/launch/seal-tree.ts';
import { printAbout, readAbout } from './about-store.ts';
import { lookAtStore, type StoreFiles } from './check-store.ts';
import { contentDigest, contentManifest } from './content.ts';
import { type Hashed, hashStore, keepStamps, takeStamps } from './hash-store.ts';
import type { InstallerFor } from './installers.ts';
import { hostOf } from './is-prepared.ts';
import { storeFiles } from './places.ts';
import { makePrivateFolder } from './private-folder.ts';
import { stagingPlace, sweepStaging } from './staging.ts';

/** A package to have in the store. */
export interface StoreRequest {
  readonly pin: LaunchRecord['pin'];
  readonly tree: string | null;
  /** The store's own folder; its parent holds all stores. */
  readonly folder: string;
}

/** A package in the store. */
export interface Stored {
  readonly content: string;
  readonly installed: Installed;
}

/** What is in the store under this name, looked at cheaply and hashed when in doubt. */
export type StoreState =
  | { readonly kind: 'gone' }
  | ({ readonly kind: 'good' } & Stored)
  | { readonly kind: 'tampered'; readonly expected: string; readonly hashed: Hashed & { kind: 'tampered' } };

/** `content` null: what the store itself says its content is. */
export function readStore(folder: string, content: string | null): StoreState {
  const store = storeFiles(folder);
  const manifest = readOwnFile(store.manifest, MAX_MANIFEST);
  const expected = content ?? contentDigest(manifest.kind === 'there' ? manifest.bytes.toString('utf8') : '');
  const look = lookAtStore(store, expected, 'everything');
  if (look === 'gone') return { kind: 'gone' };
  const hashed = look === 'good' ? ({ kind: 'good' } as const) : hashStore(store, expected);
  if (hashed.kind === 'tampered') return { kind: 'tampered', expected, hashed };
  const about = readAbout(store);
  if (about !== null) return { kind: 'good', content: expected, installed: about };
  const where = 'the list of its programs was changed';
  return { kind: 'tampered', expected, hashed: { kind: 'tampered', found: expected, where } };
}

/**
 * Installs into a folder of its own and renames that to the store's name: a store is whole, or it is not there. Gives
 * what is there in the end, which another process may have put there meanwhile; with `isReplacing` instead of what
 * is there now. Failures of the disk are the system's own.
 */
export async function install(
  request: StoreRequest & { readonly isReplacing: boolean },
  ctx: Context,
  installerFor: InstallerFor,
): Promise<Stored> {
  const stores = dirname(request.folder);
  await makePrivateFolder(stores, ctx);
  await sweepStaging(stores, ctx);
  const staging = await stagingPlace(stores, ctx);
  const aside = await stagingPlace(stores, ctx);
  try {
    const stored = await fill(staging, request, { ctx, installerFor });
    // What is replaced is removed at last: it takes long, and a start in between would find no store.
    if (request.isReplacing) await moveAway(request.folder, aside, ctx);
    return await putInPlace(staging, request, { stored, ctx });
  } finally {
    for (const folder of [staging, aside]) await removeSealed(folder);
  }
}

/** Out of the way first, so that what is half removed has no store's name. A missing one is fine. */
export async function removeStore(folder: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const aside = await stagingPlace(dirname(folder), ctx);
  await moveAway(folder, aside, ctx);
  await removeSealed(aside);
}

async function moveAway(folder: string, to: string, ctx: Pick<Context, 'system'>): Promise<void> {
  try {
    await ctx.system.files.rename(folder, to);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

interface Filling {
  readonly ctx: Context;
  readonly installerFor: InstallerFor;
}

async function fill(staging: string, request: StoreRequest, { ctx, installerFor }: Filling): Promise<Stored> {
  const { files } = ctx.system;
  const { pin, tree } = request;
  const store = storeFiles(staging);
  await files.makeFolder(staging, 0o700);
  await files.makeFolder(store.tree, 0o700);
  const installer = await installerFor(pin.package);
  const installed = await installer.install({ pin, tree, folder: store.tree }, ctx);
  await closeScope(store.tree, ctx);
  const odd = await sealTree(store.tree);
  if (odd !== null) {
    throw new McpformError('LAUNCH_CONTENT', `"${odd.path}" in "${pin.package}" ${odd.because}`, {
      hint: 'tell whoever publishes it',
    });
  }
  const stamps = await takeLastingStamps(store, installed, ctx);
  const manifest = contentManifest(scanTree(store.tree), ctx.platform);
  const content = contentDigest(manifest);
  await files.create(store.manifest, manifest, { mode: 0o600, sync: true });
  const about = printAbout({ pin, host: hostOf(ctx), ...installed });
  await files.create(store.about, about, { mode: 0o600, sync: true });
  if (stamps !== null) keepStamps(store, { ...stamps, content });
  await files.syncFolder(staging);
  return { content, installed };
}

/**
 * Node asks the nearest `package.json` above a file what kind of file it is. Where a package has none at its top, that
 * would be one outside of the store, such as one in somebody's home.
 */
async function closeScope(tree: string, { system: { files } }: Pick<Context, 'system'>): Promise<void> {
  try {
    await files.create(join(tree, 'package.json'), '{}\n', { mode: 0o600, sync: false });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

/** What was sealed a moment ago has stamps that can be trusted once the file system's clock has moved on. */
async function takeLastingStamps(
  store: StoreFiles,
  { programs }: Installed,
  ctx: Context,
): Promise<ReturnType<typeof takeStamps>> {
  for (let waited = 0; waited < COARSEST_CLOCK_MS; waited += TICK_MS) {
    const stamps = takeStamps(store, programs);
    if (stamps !== null) return stamps;
    await ctx.system.clock.sleep(TICK_MS, ctx.signal);
  }
  return null;
}

const TICK_MS = 10;
/** FAT counts in two seconds. */
const COARSEST_CLOCK_MS = 2_500;

interface Placing {
  readonly stored: Stored;
  readonly ctx: Context;
}

async function putInPlace(
  staging: string,
  { folder, pin }: StoreRequest,
  { stored, ctx }: Placing,
): Promise<Stored> {
  try {
    await ctx.system.files.rename(staging, folder);
  } catch (error) {
    // Linux and macOS say the first two, Windows the others.
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES')) throw error;
    const theirs = readStore(folder, null);
    if (theirs.kind === 'good') return theirs;
    throw new McpformError('LAUNCH_STORE', `"${pin.package}" could not be put into the store`, {
      cause: error,
    });
  }
  await ctx.system.files.syncFolder(join(folder, '..'));
  return stored;
}

const MAX_MANIFEST = 1 << 30;
