import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/model/event.ts';
import { readState } from '../../src/state/read-state.ts';
import { type Call, type Fault, type FaultySystem, faulty } from '../../src/system/faulty.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { asker, contextOn, folder, home, schemaErrors } from '../state/machine.ts';
import { InMemoryProvider, readWorld } from './in-memory-provider.ts';
import { converge, type Wanted } from './worlds.ts';

const world = `${home}/world`;
const losses = ['kill', 'power', 'torn'] as const;

const one = (address: string, value: string, more: Partial<Wanted> = {}): Wanted => ({
  address,
  attributes: { command: 'run', env: { VALUE: value } },
  ...more,
});

/** Eight things in three files, as an earlier apply left them. */
const first: readonly Wanted[] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => one(`g${n % 3}/old${n}`, `${n}`));

/** Twenty steps away from that: 10 creates, 4 updates, 3 deletes, 1 move with a change, 1 adopt, 1 forget. */
const second: readonly Wanted[] = [
  ...[0, 1, 2, 3].map((n) => one(`g${n % 3}/old${n}`, `${n} changed`)),
  one('g1/renamed', '4 changed', { movedFrom: 'g1/old4' }),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) =>
    one(`g${n % 4}/new${n}`, `${n}`, n > 5 ? { needs: [`g${(n - 1) % 4}/new${n - 1}`] } : {}),
  ),
  one('g3/there', 'x'),
];

/** The machine before the second apply: one thing is there that is not ours, one of ours was taken away. */
async function prepare(): Promise<FaultySystem> {
  const system = faulty({ tree: { [`${world}/`]: '' } });
  const { ctx } = contextOn(system);
  const provider = new InMemoryProvider(world);
  await converge([...first, one('g0/lost', 'l')], provider, ctx);
  const g0 = await readWorld(`${world}/g0.json`, ctx);
  delete g0['lost'];
  await system.files.fill(`${world}/g0.json`, JSON.stringify(g0), { sync: true });
  const there = { there: { command: 'run', env: { VALUE: 'x' } } };
  await system.files.create(`${world}/g3.json`, JSON.stringify(there), { mode: 0o600, sync: true });
  await system.files.syncFolder(world);
  return system;
}

const start = await prepare();
const prepared = (fault?: (call: Call) => Fault | null): FaultySystem =>
  start.fork('kill', fault === undefined ? {} : { fault });

async function attempt(system: FaultySystem, signal?: AbortSignal): Promise<readonly Outcome[] | 'gone'> {
  const { ctx } = contextOn(system, signal);
  const done = converge(second, new InMemoryProvider(world), ctx);
  return Promise.race([done, system.crashed.then(() => 'gone' as const)]);
}

/** The state can be read, one more run brings everything where it should be, and another one does nothing. */
async function expectConvergence(system: FaultySystem): Promise<void> {
  const { ctx } = contextOn(system);
  await readState(folder, asker, ctx);
  await converge(second, new InMemoryProvider(world), ctx);

  const wanted = Object.fromEntries(second.map(({ address, attributes }) => [address, attributes]));
  expect(await everythingIn(system)).toEqual(wanted);
  const { inventory, pending } = await readState(folder, asker, ctx);
  expect(pending).toEqual([]);
  expect(Object.keys(inventory?.entries ?? {}).sort()).toEqual(Object.keys(wanted).sort());
  const adopted = Object.values(inventory?.entries ?? {}).filter((entry) => entry.adopted);
  expect(adopted.map(({ address }) => address)).toEqual(['g3/there']);

  const provider = new InMemoryProvider(world);
  const serial = inventory?.serial;
  expect(await converge(second, provider, ctx)).toEqual([]);
  expect(provider.calls).toEqual([]);
  expect((await readState(folder, asker, ctx)).inventory?.serial).toBe(serial);
}

async function everythingIn(system: FaultySystem): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  const { ctx } = contextOn(system);
  for (const group of ['g0', 'g1', 'g2', 'g3']) {
    for (const [name, value] of Object.entries(await readWorld(`${world}/${group}.json`, ctx))) {
      all[`${group}/${name}`] = value;
    }
  }
  return all;
}

/** Calls of a fault-free run; with what they do, so that only those with an effect need a crash before them. */
async function callsOf(system: FaultySystem): Promise<readonly Call[]> {
  await attempt(system);
  return system.calls;
}

const crashBefore = (n: number) => (call: Call) =>
  call.n === n ? ({ kind: 'crash', when: 'before' } as const) : null;
const hasEffect = (call: Call): boolean => call.isWrite || call.name === 'syncFolder';

/** Thousands of runs each: half a minute where the machine has other things to do. */
const patience = 300_000;

describe('an apply of 20 steps', () => {
  it('does 20 steps, in few calls', async () => {
    const system = prepared();
    const outcomes = await attempt(system);
    expect(outcomes).toHaveLength(20);
    expect(new Set((outcomes as Outcome[]).map(({ result }) => result))).toEqual(new Set(['done']));
    expect(system.calls.length).toBeLessThan(150);
    await expectConvergence(system.restart('kill'));
  });

  it.each(losses)(
    'survives a crash at every point, and at every point of the recovery: %s',
    async (loss) => {
      const points = (await callsOf(prepared())).filter(hasEffect).map(({ n }) => n);
      expect(points.length).toBeGreaterThan(30);
      let recoveries = 0;
      for (const n of points) {
        const crashed = prepared(crashBefore(n));
        expect(await attempt(crashed), `crash before call ${n}`).toBe('gone');
        const recovery = crashed.fork(loss);
        const inner = (await callsOf(recovery)).filter(hasEffect).map((call) => call.n);
        await expectConvergence(recovery);
        for (const m of inner) {
          const twice = crashed.fork(loss, { fault: crashBefore(m) });
          expect(await attempt(twice), `crash before call ${n}, then ${m}`).toBe('gone');
          await expectConvergence(twice.restart(loss));
          recoveries += 1;
        }
      }
      expect(recoveries).toBeGreaterThan(1_000);
    },
    patience,
  );

  it.each(['EIO', 'ENOSPC', 'EACCES'] as const)(
    'survives the failure of every single call: %s',
    async (code) => {
      const count = (await callsOf(prepared())).length;
      for (let n = 1; n <= count; n += 1) {
        const system = prepared((call) => (call.n === n ? { kind: 'error', code } : null));
        const outcomes = await attempt(system).catch((error: Error) => error);
        if (Array.isArray(outcomes)) expect(outcomes, `${code} at call ${n}`).toHaveLength(20);
        else expect(outcomes, `${code} at call ${n}`).toHaveProperty('name', 'McpformError');
        // A process that lives on can try again, and one that starts anew can too.
        await expectConvergence(system.restart('kill'));
      }
    },
  );

  it('survives the hanging of every single call, when it is told to stop and then killed', async () => {
    const count = (await callsOf(prepared())).length;
    for (let n = 1; n <= count; n += 1) {
      const system = prepared((call) => (call.n === n ? { kind: 'hang' } : null));
      const stop = new AbortController();
      const done = attempt(system, stop.signal);
      await Promise.race([done, system.hung]);
      stop.abort(new Error('Ctrl-C'));
      await expectConvergence(system.restart('kill'));
    }
  });

  it('leaves books that the published schema describes, at every crash', async () => {
    const points = (await callsOf(prepared())).filter(hasEffect).map(({ n }) => n);
    for (const n of points) {
      const system = prepared(crashBefore(n));
      await attempt(system);
      const { files } = memorySystem({ disk: system.disk });
      const inventory = JSON.parse((await files.read(`${folder}/inventory.json`)).toString()) as unknown;
      expect(schemaErrors(inventory)).toEqual([]);
      const lines = (await files.read(`${folder}/journal.ndjson`)).toString().split('\n').slice(0, -1);
      for (const line of lines) expect(schemaErrors(JSON.parse(line), 'journalLine')).toEqual([]);
    }
  });
});
