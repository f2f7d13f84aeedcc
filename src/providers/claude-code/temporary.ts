import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { MachineIdentity } from '../../model/system.ts';

/** Longer than any write lasts, by far. */
const ABANDONED_MS = 3_600_000;

/**
 * A name beside the file, of the client's own pattern (`<file>.tmp.<pid>.<hex>`), so that whatever ignores its
 * temporary files ignores ours. The hex starts with this boot, so that a pid in it means something.
 */
export async function temporaryFor(path: string, ctx: Context): Promise<string> {
  const identity = await ctx.system.processes.identity();
  return `${path}.tmp.${identity.pid}.${bootTag(identity)}${randomBytes(6).toString('hex')}`;
}

function bootTag({ machineId, bootId, pidNamespace }: MachineIdentity): string {
  return createHash('sha256')
    .update(JSON.stringify([machineId, bootId, pidNamespace]))
    .digest('hex')
    .slice(0, 8);
}

/** Removes what a killed run of ours left beside the file. Never the client's own: its hex is shorter. */
export async function removeLeftovers(path: string, ctx: Context): Promise<void> {
  const { files, processes, clock } = ctx.system;
  const folder = dirname(path);
  const prefix = `${basename(path)}.tmp.`;
  for (const name of await listOrNone(folder, ctx)) {
    const match = name.startsWith(prefix) ? /^(\d+)\.([0-9a-f]{20})$/.exec(name.slice(prefix.length)) : null;
    if (match === null) continue;
    const leftover = join(folder, name);
    const isThisBoot = match[2]?.startsWith(bootTag(await processes.identity())) === true;
    const isDead = isThisBoot && !(await processes.inspect(Number(match[1]))).isAlive;
    const age = async (): Promise<number> => clock.now() - (await files.stat(leftover)).modifiedMs;
    if (isDead || (await unlessGone(age())) > ABANDONED_MS)
      await unlessGone(files.remove(leftover).then(() => 0));
  }
}

async function listOrNone(folder: string, ctx: Context): Promise<readonly string[]> {
  try {
    return await ctx.system.files.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return [];
    throw error;
  }
}

/** Another run may clean up at the same time, and a folder may be closed to us: a leftover never stops a write. */
async function unlessGone(look: Promise<number>): Promise<number> {
  try {
    return await look;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EBUSY')) return 0;
    throw error;
  }
}
