import { performance } from 'node:perf_hooks';
import type { JsonObject } from '../../../src/model/json.ts';
import { type EngineKind, startEngine } from '../../support/engine.ts';
import type { KillReport } from '../../support/kill.ts';
import type { Ran } from '../../support/run.ts';
import { startMcpform } from './running.ts';
import { makeStackWorld, type StackWorld } from './stack-world.ts';

export interface KillContainersOptions {
  readonly rounds: number;
  /** Default 20. */
  readonly servers?: number;
  readonly kind?: EngineKind;
}

const APPLY = ['apply', '--auto-approve', '--no-settle', '--allow-destroy'];
/** So many leave and so many come in each round; of the others, two of three are replaced and the rest updated. */
const MOVING = 3;

/**
 * SIGKILL at random points of a real apply of containers on a real engine, and of the recovery after it. Whatever was
 * promised is checked by asking the engine, not by believing the program.
 */
export async function killContainers(options: KillContainersOptions): Promise<KillReport> {
  const { rounds, servers = 20, kind = { version: 'debian', store: 'overlay2' } } = options;
  const world = await makeStackWorld(() => startEngine(kind));
  try {
    let longestMs = await undisturbed(world, stackOf(world, { servers, round: 0 }));
    longestMs = Math.max(longestMs, await undisturbed(world, stackOf(world, { servers, round: 1 })));
    const report = {
      rounds: 0,
      killed: 0,
      killedAfterWriting: 0,
      recoveriesKilled: 0,
      broken: [] as string[],
    };
    for (let round = 2; round < rounds + 2; round += 1) {
      // One round in five begins with nothing.
      if (round % 5 === 0) await world.run(['destroy', '--auto-approve', '--no-settle']);
      const played = await playRound(world, stackOf(world, { servers, round }), longestMs);
      report.rounds += 1;
      report.killed += played.isKilled ? 1 : 0;
      report.killedAfterWriting += played.hasWritten ? 1 : 0;
      report.recoveriesKilled += played.isRecoveryKilled ? 1 : 0;
      report.broken.push(...played.broken.map((line) => `round ${round}: ${line}`));
    }
    return report;
  } finally {
    await world.remove();
  }
}

interface Stack {
  readonly names: readonly string[];
  readonly document: JsonObject;
}

/** Of 20 servers, each round has 3 that are new and 3 less, 12 that it replaces and 5 that it updates. */
function stackOf(
  { busybox }: StackWorld,
  { servers, round }: { readonly servers: number; readonly round: number },
): Stack {
  const names = Array.from({ length: servers }, (_, i) => `s${(round * MOVING + i) % (servers * 2)}`);
  const server = (name: string): JsonObject => {
    const isReplaced = Number(name.slice(1)) % 3 !== 0;
    return {
      ...{ image: busybox.tagged, transport: 'http', port: 3001, args: ['sleep', '1000'] },
      ...{ health: { disabled: true }, stopTimeout: '1s', networks: ['inner'] },
      env: { ROUND: isReplaced ? String(round) : 'any' },
      resources: { memory: isReplaced || round % 2 === 0 ? '32Mi' : '48Mi' },
    };
  };
  return {
    names: names.toSorted(),
    document: {
      servers: Object.fromEntries(names.map((name) => [name, server(name)])),
      networks: { inner: {} },
    },
  };
}

async function undisturbed(world: StackWorld, stack: Stack): Promise<number> {
  await declare(world, stack);
  const startMs = performance.now();
  const ran = await world.run(APPLY);
  if (ran.exitCode !== 0) throw new Error(`an undisturbed apply failed: ${said(ran)}`);
  return performance.now() - startMs;
}

async function declare(world: StackWorld, { document }: Stack): Promise<void> {
  await world.write(document);
  const ran = await world.run(['lock']);
  if (ran.exitCode !== 0) throw new Error(`the stack cannot be locked: ${said(ran)}`);
}

interface Played {
  readonly isKilled: boolean;
  readonly hasWritten: boolean;
  readonly isRecoveryKilled: boolean;
  readonly broken: readonly string[];
}

async function playRound(world: StackWorld, stack: Stack, longestMs: number): Promise<Played> {
  await declare(world, stack);
  const broken: string[] = [];
  const before = await seen(world);
  const isKilled = await applyAndKill(world, Math.random() * longestMs);
  broken.push(...(await booksIn(world, 'after the kill')));
  const hasWritten = isKilled && (await seen(world)) !== before;
  const isRecoveryKilled = Math.random() < 0.5 && (await applyAndKill(world, Math.random() * longestMs));
  if (isRecoveryKilled) broken.push(...(await booksIn(world, 'after the kill of the recovery')));
  const next = await world.run(APPLY);
  if (next.exitCode !== 0) broken.push(`the next apply failed: ${said(next)}`);
  broken.push(...(await whatIsWrong(world, stack)));
  return { isKilled, hasWritten, isRecoveryKilled, broken };
}

async function applyAndKill({ home, env }: StackWorld, afterMs: number): Promise<boolean> {
  const { child, ended } = startMcpform(APPLY, home, { env });
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  const { signal } = await ended;
  clearTimeout(timer);
  return signal === 'SIGKILL';
}

async function seen({ engine }: StackWorld): Promise<string> {
  return engine.docker(['ps', '--all', '--no-trunc', '--format={{.ID}} {{.Names}} {{.State}}']);
}

async function booksIn(world: StackWorld, when: string): Promise<readonly string[]> {
  const list = await world.run(['state', 'list']);
  return list.exitCode === 0 ? [] : [`${when}: the state cannot be read: ${said(list)}`];
}

/** Every container that is wanted runs, there is no other one, and everybody knows that. */
async function whatIsWrong(world: StackWorld, { names }: Stack): Promise<readonly string[]> {
  const wanted = names.map((name) => `tools.${name} running`).toSorted();
  const containers = Object.entries(await world.containers()).map((each) => each.join(' '));
  const networks = await world.engine.docker(['network', 'ls', '--filter=type=custom', '--format={{.Name}}']);
  const list = await world.run(['state', 'list']);
  const booked = [...list.stdout.matchAll(/docker\/container\/(s\d+)\b/g)].map(([, name]) => name ?? '');
  const plan = await world.run(['plan', '--detailed-exitcode']);
  return [
    ...differences('containers', containers, wanted),
    ...differences('networks', networks.split('\n'), ['tools.inner']),
    ...differences('books', booked, names),
    ...differences('entries', Object.keys(await world.entries()), names),
    ...(plan.exitCode === 0 ? [] : [`the plan after it is not empty: ${said(plan)}`]),
  ];
}

function differences(what: string, there: readonly string[], wanted: readonly string[]): readonly string[] {
  const extra = there.filter((each, index) => !wanted.includes(each) || there.indexOf(each) !== index);
  const missing = wanted.filter((each) => !there.includes(each));
  return [
    ...(extra.length === 0 ? [] : [`${what} too many: ${extra.join(', ')}`]),
    ...(missing.length === 0 ? [] : [`${what} too few: ${missing.join(', ')}`]),
  ];
}

function said({ exitCode, stdout, stderr }: Ran): string {
  return `exit ${exitCode}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`;
}
