import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';

/** What `state/` needs of the world. */
export type StateContext = Pick<Context, 'system' | 'folders' | 'home' | 'digest'>;

export interface StackPlace {
  readonly stack: string;
  /** The manifest's root. */
  readonly root: string;
  /** Whether any target is a folder: then two clones are two states. */
  readonly hasFolderTargets: boolean;
}

/** Where the books of a stack are. */
export function stateFolder(of: StackPlace, ctx: Pick<Context, 'folders'>): string {
  const suffix = of.hasFolderTargets ? `-${shortHash(of.root)}` : '';
  return join(ctx.folders.state, `${of.stack}${suffix}`);
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The files inside a state folder. */
export function filesIn(folder: string) {
  return {
    inventory: join(folder, 'inventory.json'),
    previous: join(folder, 'inventory.previous.json'),
    journal: join(folder, 'journal.ndjson'),
    grants: join(folder, 'grants.json'),
    lock: join(folder, 'lock'),
    generations: join(folder, 'generations'),
  };
}

/** Makes the folder and those above it, 0700, such that a loss of power does not take them away again. */
export async function makeDurableFolder(folder: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const { files } = ctx.system;
  const made: string[] = [];
  for (let at = folder; !(await exists(at, ctx)); at = dirname(at)) made.push(at);
  if (made.length === 0) return;
  await files.makeFolder(folder, 0o700);
  for (const at of made) await files.syncFolder(dirname(at));
}

export async function exists(path: string, ctx: Pick<Context, 'system'>): Promise<boolean> {
  try {
    await ctx.system.files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Refuses a folder in which somebody else could have put, or could change, what we are about to trust. */
export async function assertOwnFolder(folder: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const { uid } = await ctx.system.processes.identity();
  if (uid < 0) return; // no such notion on this platform
  const found = await ctx.system.files.stat(await ctx.system.files.realPath(folder));
  if (found.uid === uid && (found.mode & 0o022) === 0) return;
  const why = found.uid === uid ? 'can be written by other users' : 'belongs to another user';
  throw new McpformError('STATE_FOLDER_UNSAFE', `state folder "${folder}" ${why}`, {
    hint: `run \`chmod 700\` on it if it is yours, or name another with \`--state-dir\``,
  });
}
