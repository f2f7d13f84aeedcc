import { runBriefly } from '../../system/launch/run-briefly.ts';

/** A container that we asked docker to run. */
export interface OurContainer {
  /** Absolute: the program. */
  readonly docker: string;
  readonly env: Readonly<Record<string, string>>;
  readonly name: string;
  /** Null when docker has not told us. */
  readonly id: string | null;
}

/** `absent`: not there, which says little while docker may not have made it yet. `unknown`: the engine does not say. */
export type Removal = 'gone' | 'absent' | 'unknown';

/** SIGKILL, unmounting, and the removal of what it wrote. */
const REMOVE_MS = 15_000;

/** Removes it, whatever it does, with the volumes that only it had: as `--rm` would have. */
export async function removeContainer({ docker, env, name, id }: OurContainer): Promise<Removal> {
  const target = id ?? name;
  const args = ['container', 'rm', '--force', '--volumes', target];
  const answer = await runBriefly(docker, args, { env, timeoutMs: REMOVE_MS });
  return removalIn(answer, { target, isId: id !== null });
}

/** What the answer of `docker rm --force` means: some releases end with 0 for what is not there, and some with 1. */
export function removalIn(answer: string, { target, isId }: { target: string; isId: boolean }): Removal {
  if (answer === target) return 'gone';
  if (/\bno such container\b/i.test(answer)) return isId ? 'gone' : 'absent';
  return 'unknown';
}

/** Asks it to stop as it wants to be asked, and ends it after the time it has for that. */
export async function stopContainer(
  { docker, env, name, id }: OurContainer,
  seconds: number,
): Promise<'stopped' | 'absent' | 'unknown'> {
  const args = ['container', 'stop', '--time', String(seconds), id ?? name];
  const answer = await runBriefly(docker, args, { env, timeoutMs: (seconds + 10) * 1000 });
  if (answer === (id ?? name)) return 'stopped';
  return /\bno such container\b/i.test(answer) ? 'absent' : 'unknown';
}
