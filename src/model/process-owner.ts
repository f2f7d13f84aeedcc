import type { MachineIdentity, Processes } from './system.ts';

/** The id of a boot where the machine does not say which it is: it then tells no two boots apart. */
export const UNNAMED_BOOT = 'unknown';

/** A process as somebody wrote it down, to be found again or known to be gone. */
export interface ProcessOwner {
  readonly machineId: string;
  readonly bootId: string;
  readonly pidNamespace: string | null;
  readonly pid: number;
  readonly startTime: string | null;
}

/**
 * `rebooted`, `ended`, `replaced`: it is certainly gone; this machine was started again since, it is one we would
 * see and is not there, its number belongs to another now. `alive`: there. `elsewhere`, `hidden`: on another machine,
 * in another pid namespace, so nobody can tell from here.
 */
export type Whereabouts = 'rebooted' | 'ended' | 'replaced' | 'alive' | 'elsewhere' | 'hidden';

export const GONE = ['rebooted', 'ended', 'replaced'] as const satisfies readonly Whereabouts[];

export function isGone(whereabouts: Whereabouts): whereabouts is (typeof GONE)[number] {
  return (GONE as readonly Whereabouts[]).includes(whereabouts);
}

/** Where the process is. Never a guess by age. */
export async function whereIs(
  owner: ProcessOwner,
  me: Pick<MachineIdentity, 'machineId' | 'bootId' | 'pidNamespace'>,
  inspect: Processes['inspect'],
): Promise<Whereabouts> {
  if (owner.machineId !== me.machineId) return 'elsewhere';
  if (owner.bootId !== me.bootId) {
    return owner.bootId === UNNAMED_BOOT || me.bootId === UNNAMED_BOOT ? 'hidden' : 'rebooted';
  }
  if (owner.pidNamespace !== me.pidNamespace) return 'hidden';
  const { isAlive, startTime } = await inspect(owner.pid);
  if (!isAlive) return 'ended';
  const isAnother = owner.startTime !== null && startTime !== null && owner.startTime !== startTime;
  return isAnother ? 'replaced' : 'alive';
}
