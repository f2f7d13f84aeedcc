import type { Context } from '../model/context.ts';
import { isGone as isProcessGone, type ProcessOwner, whereIs } from '../model/process-owner.ts';
import type { MachineIdentity } from '../model/system.ts';
import { readIfThere } from './durable-file.ts';

/** Who holds a state folder. */
export interface LockOwner extends ProcessOwner {
  readonly formatVersion: 1;
  /** Of this one taking; never used twice. */
  readonly nonce: string;
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

/** Whether the owner is certainly gone. Never a guess by age. */
export async function isGone(
  owner: LockOwner,
  me: MachineIdentity,
  ctx: Pick<Context, 'system'>,
): Promise<boolean> {
  return isProcessGone(await whereIs(owner, me, ctx.system.processes.inspect));
}
