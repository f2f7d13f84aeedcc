import type { Context } from '../model/context.ts';
import type { MachineIdentity } from '../model/system.ts';
import { readIfThere } from './durable-file.ts';

/** Who holds a state folder. */
export interface LockOwner {
  readonly formatVersion: 1;
  /** Of this one taking; never used twice. */
  readonly nonce: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly pidNamespace: string | null;
  readonly pid: number;
  readonly startTime: string | null;
  readonly hostName: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export type LockState =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly owner: LockOwner }
  /** There is a lock, and nobody can tell whose. */
  | { readonly kind: 'unreadable' };

export async function readLockFile(path: string, ctx: Pick<Context, 'system'>): Promise<LockState> {
  const bytes = await readIfThere(path, ctx);
  if (bytes === null) return { kind: 'free' };
  try {
    const owner = JSON.parse(bytes.toString('utf8')) as LockOwner;
    return typeof owner.nonce === 'string' ? { kind: 'held', owner } : { kind: 'unreadable' };
  } catch {
    return { kind: 'unreadable' };
  }
}

/**
 * Whether the owner is certainly gone: this machine was started again since, or the process is one we can see
 * and is not there, or its number now belongs to a process that started at another time. Never a guess by age.
 */
export async function isGone(
  owner: LockOwner,
  me: MachineIdentity,
  ctx: Pick<Context, 'system'>,
): Promise<boolean> {
  if (owner.machineId !== me.machineId) return false;
  if (owner.bootId !== me.bootId) return true;
  if (owner.pidNamespace !== me.pidNamespace) return false;
  const { isAlive, startTime } = await ctx.system.processes.inspect(owner.pid);
  if (!isAlive) return true;
  return owner.startTime !== null && startTime !== null && owner.startTime !== startTime;
}
