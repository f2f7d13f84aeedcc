import { setTimeout as pause } from 'node:timers/promises';
import { isErrno } from '../../src/model/error.ts';
import { bytesBelow, type ProcessSample, sampleProcess } from './process-sample.ts';
import { TROUBLES } from './soak-troubles.ts';
import { type SoakWorld, soakWorld } from './soak-world.ts';

export interface SoakOptions {
  readonly durationMs: number;
  /** Between two troubles, at most. */
  readonly restMs: number;
  /** Which, in this order; absent: any, at random, until the time is over. */
  readonly troubles?: readonly string[];
}

export interface SoakSample extends ProcessSample {
  /** Since the first one. */
  readonly atMs: number;
  readonly stateBytes: number;
  readonly cacheBytes: number;
  readonly logBytes: number;
}

export interface SoakReport {
  readonly samples: readonly SoakSample[];
  /** By trouble: how long until all was as it should be again, in ms; null when it was not within a minute. */
  readonly healed: ReadonlyMap<string, readonly (number | null)[]>;
  /** What was wrong when a minute was over. */
  readonly unhealed: readonly string[];
  readonly passes: Readonly<Record<string, number>>;
  readonly contended: number;
  /** What is wrong in the end; null: nothing. */
  readonly wrong: string | null;
  readonly stop: { readonly exitCode: number | null; readonly tookMs: number };
  /** Troubles that this machine does not allow. */
  readonly leftOut: readonly string[];
}

const SAMPLE_MS = 2_000;

/** Has the built program live on a machine with trouble, and watches what it takes. */
export async function realSoak(options: SoakOptions): Promise<SoakReport> {
  const world = await soakWorld();
  try {
    return await soak(world, options);
  } finally {
    await world.remove();
  }
}

async function soak(world: SoakWorld, options: SoakOptions): Promise<SoakReport> {
  const over = new AbortController();
  const sampling = watch(world, over.signal).catch((error: unknown) => {
    over.abort();
    // What is asked of a process that has ended.
    if (!isErrno(error, 'ENOENT', 'ESRCH')) throw error;
    throw new Error(`the loop ended by itself: ${world.loop.said()}`);
  });
  sampling.catch(() => undefined);
  const healed = new Map<string, (number | null)[]>();
  const unhealed: string[] = [];
  let at = 0;
  for (const name of namesOf(world, options)) {
    if (over.signal.aborted) break;
    await TROUBLES[name]?.(world, at);
    const tookMs = await world.converged();
    healed.set(name, [...(healed.get(name) ?? []), tookMs]);
    if (tookMs === null) unhealed.push(`${name}: ${await world.wrong()}`);
    await pause(Math.random() * options.restMs);
    at += 1;
  }
  over.abort();
  const samples = await sampling;
  const { passes, conditions } = world.loop;
  const wrong = await world.wrong();
  return {
    samples,
    healed,
    unhealed,
    passes: countBy(passes, ({ result }) => result),
    contended: conditions.filter(({ type, status }) => type === 'Contended' && status === 'True').length,
    wrong,
    stop: await world.loop.stop(),
    leftOut: world.hasOwnDisk ? [] : ['disk full'],
  };
}

function* namesOf({ hasOwnDisk }: SoakWorld, { durationMs, troubles }: SoakOptions): Generator<string, void> {
  const possible = (troubles ?? Object.keys(TROUBLES)).filter((name) => name !== 'disk full' || hasOwnDisk);
  if (troubles !== undefined) return yield* possible;
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs) {
    yield possible[Math.floor(Math.random() * possible.length)] as string;
  }
}

async function watch(world: SoakWorld, signal: AbortSignal): Promise<readonly SoakSample[]> {
  const samples: SoakSample[] = [];
  const startMs = performance.now();
  while (!signal.aborted) {
    const [taken, stateBytes, cacheBytes, logBytes] = await Promise.all([
      sampleProcess(world.loop.pid),
      bytesBelow(world.state),
      bytesBelow(world.home.env['XDG_CACHE_HOME'] as string),
      bytesBelow(world.log),
    ]);
    samples.push({ ...taken, atMs: performance.now() - startMs, stateBytes, cacheBytes, logBytes });
    await pause(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

function countBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[keyOf(value)] = (counts[keyOf(value)] ?? 0) + 1;
  return counts;
}
