import { hash } from 'node:crypto';
import type { Publish } from '../model/container.ts';

/**
 * Ports that we choose from: above what services are registered with, and below everything that a system hands out by
 * itself, which an outgoing connection could have at the moment a container wants it (Linux from 32768, macOS, Windows
 * and IANA from 49152) and below what Kubernetes gives to services of a node (from 30000).
 */
const FIRST = 20_000;
const COUNT = 10_000;

/** The same port for the same server as long as nobody else has it: from its name, and the next free one else. */
export function autoPort(stack: string, server: string, taken: ReadonlySet<number>): number {
  const start = Number.parseInt(hash('sha256', `${stack}\n${server}`).slice(0, 8), 16) % COUNT;
  for (let step = 0; step < COUNT; step += 1) {
    const port = FIRST + ((start + step) % COUNT);
    if (!taken.has(port)) return port;
  }
  // Whoever starts it says that it is taken.
  return FIRST + start;
}

/** A service that wants a port. */
export interface Publication {
  readonly server: string;
  /** Whose ports they are: several engines may run on one. */
  readonly machine: string;
  readonly publish: Publish;
  /** The port that it has on its engine already. */
  readonly present?: number;
}

/**
 * The port of each service, by server: the one that somebody wrote, else the one it has already, else one of ours, in
 * the order of the manifest. No two on one machine get the same, unless somebody wrote that.
 */
export function choosePorts(
  stack: string,
  publications: readonly Publication[],
  takenOn: (machine: string) => Iterable<number> = () => [],
): ReadonlyMap<string, number> {
  const chosen = new Map<string, number>();
  const own = new Map<string, Set<number>>();
  const give = ({ server, machine }: Publication, port: number): void => {
    chosen.set(server, port);
    own.set(machine, (own.get(machine) ?? new Set()).add(port));
  };
  for (const each of publications) {
    const port = fixedPort(each.publish);
    if (port !== null) give(each, port);
  }
  for (const each of publications) {
    const { server, machine, present } = each;
    if (present === undefined || chosen.has(server) || own.get(machine)?.has(present) === true) continue;
    give(each, present);
  }
  for (const each of publications) {
    const { server, machine } = each;
    if (chosen.has(server)) continue;
    give(each, autoPort(stack, server, new Set([...(own.get(machine) ?? []), ...takenOn(machine)])));
  }
  return chosen;
}

/** What somebody wrote; null when we may choose. */
export function fixedPort({ port, isChosen }: Publish): number | null {
  return port === 'auto' || isChosen === true ? null : port;
}

/** Whether two services of one machine cannot both be published so. */
export function areInTheWay(a: Publish, b: Publish): boolean {
  const port = fixedPort(a);
  if (port === null || port !== fixedPort(b)) return false;
  const [one, other] = [a.address, b.address];
  if (one.includes(':') !== other.includes(':')) return false;
  return one === other || [one, other].some((address) => /^[0.:]+$/.test(address));
}
