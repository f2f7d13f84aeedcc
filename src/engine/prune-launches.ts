import { join } from 'node:path';
import { launchesFolder } from '../launch/places.ts';
import { pruneStore } from '../launch/prune.ts';
import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import { launchesInBooks } from '../state/launches-in-books.ts';

/** An apply that runs beside this one puts packages into the store before they are in its books. */
const GRACE_MS = 24 * 3_600_000;

/**
 * Removes packages that no entry starts and no kept generation would bring back, of all stacks together. Removes
 * nothing when some books cannot be read, and nothing that was prepared within a day.
 */
export async function pruneLaunches(ctx: Context): Promise<void> {
  const needed = await launchesInBooks(ctx);
  if (needed === null) return;
  await pruneStore(new Set([...needed, ...(await recentLaunches(ctx))]), ctx);
}

async function recentLaunches({ system, folders }: Context): Promise<readonly string[]> {
  const { files, clock } = system;
  const folder = launchesFolder(folders.data);
  const names = await files.list(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  const aged = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => ({ name, modifiedMs: (await files.stat(join(folder, name))).modifiedMs })),
  );
  return aged
    .filter(({ modifiedMs }) => clock.now() - modifiedMs < GRACE_MS)
    .map(({ name }) => name.slice(0, -'.json'.length));
}
