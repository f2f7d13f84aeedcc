import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../src/model/json.ts';
import type { PassReport } from '../../src/model/loop.ts';
import type { Driftable, Drifted } from './drifted.ts';
import { DRIFTING_NETWORKS, driftingContainers, driftingServers } from './drifting-containers.ts';
import { DRIFTING_ENTRIES, driftingEntries } from './drifting-entries.ts';
import type { RunningEngine } from './engine-run.ts';
import { type RunningLoop, startLoop } from './running-loop.ts';
import type { Home } from './throwaway-home.ts';
import { writeFiles } from './world.ts';

export interface LoopDriftsOptions {
  readonly home: Home;
  /** How many changes are made. */
  readonly count: number;
  /** Where containers may run: every fifth change is to one of them. */
  readonly docker: Docker | null;
}

export interface Docker {
  readonly engine: RunningEngine;
  /** With a name that can be locked. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `mcpform lock`. */
  readonly lock: () => Promise<unknown>;
}

/** What became of changes that were made one after the other beside one running loop. */
export interface LoopDrifts {
  readonly drifts: readonly Drifted[];
  /** Addresses that were never as declared again. */
  readonly lost: readonly string[];
  readonly passes: number;
  /** Why steps failed on the way, or passes. */
  readonly failures: readonly string[];
  readonly contended: number;
  readonly stop: { readonly exitCode: number | null; readonly tookMs: number };
}

const EVERY_NTH = 5;

/**
 * Changes what a loop of the built program keeps, and measures how long it takes to put it right. Before the next change
 * the pass that did is over; and then it comes at any moment.
 */
export async function loopDrifts({ home, count, docker }: LoopDriftsOptions): Promise<LoopDrifts> {
  await writeFiles(home.project, { 'mcp.yaml': manifest(docker) });
  await writeFiles(home.folder, { '.claude.json': { numStartups: 7 } });
  await docker?.lock();
  const loop = await startLoop(home, { args: ['--interval', '1h'], env: docker?.env ?? {} });
  try {
    const drifts = await disturbAll(loop, count, {
      entries: driftingEntries(home),
      containers: docker === null ? null : driftingContainers(docker.engine),
    });
    const { passes, conditions } = loop;
    return {
      drifts,
      lost: drifts.filter(({ repairedMs }) => repairedMs === null).map(({ address }) => address),
      passes: passes.length,
      failures: passes.flatMap(failuresOf),
      contended: conditions.filter(({ type, status }) => type === 'Contended' && status === 'True').length,
      stop: await loop.stop(),
    };
  } finally {
    await loop.stop();
  }
}

async function disturbAll(
  loop: RunningLoop,
  count: number,
  { entries, containers }: { readonly entries: Driftable; readonly containers: Driftable | null },
): Promise<readonly Drifted[]> {
  const drifts: Drifted[] = [];
  for (let round = 0; round < count; round += 1) {
    const turn = Math.floor(round / EVERY_NTH);
    const isContainer = containers !== null && round % EVERY_NTH === EVERY_NTH - 1;
    const before = loop.passes.length;
    const drifted = isContainer
      ? await containers.disturb(turn)
      : await entries.disturb(containers === null ? round : round - turn);
    drifts.push(drifted);
    if (drifted.repairedMs !== null) await passedFor(loop, before, drifted.address);
    await pause(Math.random() * 300);
  }
  return drifts;
}

async function passedFor(loop: RunningLoop, before: number, address: string): Promise<void> {
  for (let count = before + 1; ; count += 1) {
    await loop.passed(count);
    if (loop.passes[count - 1]?.corrected.includes(address) === true) return;
  }
}

function failuresOf({ number, failures = {}, error }: PassReport): readonly string[] {
  const all = [...Object.values(failures), ...(error === undefined ? [] : [error])];
  return all.map(({ code, message }) => `pass ${number}: ${code}: ${message}`);
}

function manifest(docker: Docker | null): JsonObject {
  const boxes = docker === null ? {} : driftingServers(docker.image);
  return {
    apiVersion: 'mcpform/v1',
    kind: 'Stack',
    name: 'drifts',
    servers: { ...DRIFTING_ENTRIES, ...boxes },
    ...(docker === null ? {} : { networks: DRIFTING_NETWORKS }),
  };
}
