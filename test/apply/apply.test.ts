import { describe, expect, it } from 'vitest';
import { apply } from '../../src/apply/apply.ts';
import { McpformError } from '../../src/model/error.ts';
import type { Emit, Outcome } from '../../src/model/event.ts';
import type { Begin, End, Journal } from '../../src/model/journal.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { digestWhole } from '../../src/model/leaves.ts';
import type { Performed, Provider, Work } from '../../src/model/provider.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { contextOn, digest, home } from '../state/machine.ts';
import { InMemoryProvider, readWorld } from './in-memory-provider.ts';
import { changes, recordOf, stepOf } from './worlds.ts';

const folder = `${home}/world`;
const wanted: JsonObject = { command: 'run', env: { A: '1' } };

/** A journal that only remembers, in one list with everything else that happens. */
function listening(fail?: (call: 'begin' | 'end', n: number) => boolean) {
  const log: string[] = [];
  const begins: Begin[] = [];
  const ends: End[] = [];
  let calls = 0;
  const note = async (call: 'begin' | 'end', records: readonly (Begin | End)[]): Promise<void> => {
    if (records.length === 0) return;
    calls += 1;
    await Promise.resolve();
    if (fail?.(call, calls)) throw new McpformError('STATE_JOURNAL_FAILED', 'no space');
    log.push(`${call} ${records.map(({ address }) => address).join(' ')}`);
  };
  const journal: Journal = {
    begin: (records) => note('begin', records).then(() => void begins.push(...records)),
    end: (records) => note('end', records).then(() => void ends.push(...records)),
  };
  return { journal, log, begins, ends };
}

function machine(world: Record<string, JsonObject> = {}, signal?: AbortSignal) {
  const system = memorySystem({ tree: { [`${folder}/g.json`]: JSON.stringify(world) } });
  const { ctx, events } = contextOn(system, signal);
  const provider = new InMemoryProvider(folder);
  const create = (address: string, needs: readonly string[] = []): Work => {
    const [group = '', name = ''] = address.split('/');
    const place = provider.placeOf(group, name);
    const step = stepOf(address, 'create', place, undefined, changes({}, wanted));
    return { step: { ...step, needs }, attributes: wanted, record: recordOf(address, place, wanted) };
  };
  const run = (work: readonly Work[], on = listening(), by: Provider = provider, concurrency?: number) =>
    apply(
      work,
      { providerOf: () => by, journal: on.journal, ...(concurrency === undefined ? {} : { concurrency }) },
      ctx,
    );
  return { system, ctx, events, provider, create, run };
}

const results = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.map(({ address, result, error }) => `${address} ${result}${error ? ` ${error.code}` : ''}`);

describe('order', () => {
  it('starts a step when what it needs succeeded, and what shares a group together', async () => {
    const { create, provider, run } = machine();
    const work = [
      create('g/a'),
      create('g/b', ['g/a']),
      create('g/c'),
      create('h/d'),
      create('g/e', ['h/d']),
    ];
    expect(results(await run(work))).toEqual(work.map(({ step }) => `${step.address} done`));
    expect(provider.calls).toEqual([['g/a', 'g/c'], ['h/d'], ['g/b', 'g/e']]);
  });

  it('lets what becomes ready while a group writes share the next write', async () => {
    const { create, provider, run } = machine();
    let release: () => void = () => undefined;
    const others = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The first write of g waits until five other groups are through; what needs those is ready by then.
    provider.onPerform = async ([one]) => {
      if (one?.step.address === 'g/a') await others;
      if (one?.step.address === 'h4/x') release();
    };
    const hs = [0, 1, 2, 3, 4].map((n) => create(`h${n}/x`, n === 0 ? [] : [`h${n - 1}/x`]));
    const gs = [0, 1, 2, 3].map((n) => create(`g/w${n}`, [`h${n}/x`]));
    await run([create('g/a'), ...hs, ...gs]);
    expect(provider.calls.filter(([address]) => address?.startsWith('g/'))).toEqual([
      ['g/a'],
      ['g/w0', 'g/w1', 'g/w2', 'g/w3'],
    ]);
  });

  it('lets different groups run side by side, up to a limit', async () => {
    const { create, provider, run } = machine();
    let now = 0;
    let most = 0;
    provider.onPerform = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    const work = Array.from({ length: 80 }, (_, n) => create(`g${n}/x`));
    await run(work);
    expect(most).toBe(32);
    most = 0;
    await run(
      Array.from({ length: 80 }, (_, n) => create(`h${n}/x`)),
      listening(),
      provider,
      3,
    );
    expect(most).toBe(3);
  });

  it('reports a plan whose steps wait for one another instead of waiting too', async () => {
    const { create, run } = machine();
    const work = [create('g/a', ['g/b']), create('g/b', ['g/a']), create('g/c')];
    expect(results(await run(work))).toEqual(['g/a skipped APPLY_BUG', 'g/b skipped APPLY_BUG', 'g/c done']);
  });
});

describe('the journal', () => {
  it('has a begin before and an end after each effect, and nobody is told before that', async () => {
    const { create, provider, events, ctx } = machine();
    const on = listening();
    provider.onPerform = async () => void on.log.push('performed');
    const emit: Emit = (event) => {
      events.push(event);
      on.log.push(event.kind);
    };
    const telling = apply(
      [create('g/a'), create('h/b')],
      { providerOf: () => provider, journal: on.journal },
      { ...ctx, emit },
    );
    expect(results(await telling)).toEqual(['g/a done', 'h/b done']);
    expect(on.log[0]).toBe('begin g/a h/b');
    const order = (what: string): number => on.log.indexOf(what);
    expect(order('performed')).toBeLessThan(order('end g/a'));
    expect(order('end g/a')).toBeLessThan(order('step.finished'));
    expect(events.map(({ kind }) => kind).sort()).toEqual([
      ...['step.finished', 'step.finished', 'step.started', 'step.started'],
    ]);
  });

  it('gets digests and entries, never a value', async () => {
    const { create, run } = machine();
    const on = listening();
    await run([create('g/a')], on);
    const [begin] = on.begins;
    expect(begin).toMatchObject({
      action: 'create',
      before: null,
      after: recordOf('g/a', begin?.place as never, wanted).base,
    });
    expect(on.ends[0]).toMatchObject({
      result: 'done',
      operation: begin?.operation,
      entry: { address: 'g/a', whole: digestWhole(wanted, digest) },
    });
    expect(JSON.stringify([on.begins, on.ends])).not.toContain('"run"');
  });

  it('that cannot be written starts nothing and says so for every step', async () => {
    const { create, run, provider } = machine();
    const on = listening((call) => call === 'begin');
    const outcomes = await run([create('g/a'), create('h/b'), create('g/c', ['g/a'])], on);
    expect(results(outcomes)).toEqual([
      'g/a failed STATE_JOURNAL_FAILED',
      'h/b failed STATE_JOURNAL_FAILED',
      'g/c skipped APPLY_STOPPED',
    ]);
    expect(provider.calls).toEqual([]);
  });

  it('that fails after an effect lets nothing else start, and the effect is not called done', async () => {
    const { create, run, system } = machine();
    const on = listening((call) => call === 'end');
    const outcomes = await run([create('g/a'), create('g/b', ['g/a']), create('h/c', ['g/b'])], on);
    expect(results(outcomes)).toEqual([
      'g/a failed APPLY_UNRECORDED',
      'g/b skipped APPLY_STOPPED',
      'h/c skipped APPLY_STOPPED',
    ]);
    expect(await readWorld(`${folder}/g.json`, { system })).toHaveProperty('a');
  });
});

describe('what only the books are about', () => {
  it('is recorded without touching the world', async () => {
    const { provider, run } = machine({ a: wanted });
    const place = provider.placeOf('g', 'a');
    const on = listening();
    const record: Work = {
      step: stepOf('g/a', 'record', place, wanted),
      attributes: wanted,
      record: recordOf('g/a', place, wanted),
    };
    const forget: Work = {
      step: stepOf('g/b', 'forget', provider.placeOf('g', 'b')),
      attributes: null,
      record: null,
    };
    expect(results(await run([record, forget], on))).toEqual(['g/a done', 'g/b done']);
    expect(provider.calls).toEqual([]);
    expect(on.log).toEqual(['end g/a g/b']);
    expect(on.ends.map(({ entry }) => entry?.whole ?? null)).toEqual([digestWhole(wanted, digest), null]);
  });

  it('is never done for a conflict, nor is anything that waits for one', async () => {
    const { create, provider, run, events } = machine({ a: wanted });
    const conflict: Work = {
      ...create('g/a'),
      step: stepOf('g/a', 'conflict', provider.placeOf('g', 'a'), wanted),
    };
    const on = listening();
    const outcomes = await run([conflict, create('g/b', ['g/a']), create('g/c', ['g/b']), create('g/d')], on);
    expect(results(outcomes)).toEqual([
      'g/a skipped APPLY_CONFLICT',
      'g/b skipped APPLY_DEPENDENCY',
      'g/c skipped APPLY_DEPENDENCY',
      'g/d done',
    ]);
    expect(outcomes[2]?.error?.message).toContain('"g/b"');
    expect(on.log).toEqual(['begin g/d', 'end g/d']);
    expect(events.filter(({ kind }) => kind === 'step.finished')).toHaveLength(4);
  });
});

describe('Ctrl-C', () => {
  it('lets what runs finish and starts nothing else', async () => {
    const stop = new AbortController();
    const { create, provider, run } = machine({}, stop.signal);
    provider.onPerform = async () => stop.abort(new Error('Ctrl-C'));
    const on = listening();
    const outcomes = await run([create('g/a'), create('g/b', ['g/a']), create('h/c', ['g/b'])], on);
    expect(results(outcomes)).toEqual(['g/a done', 'g/b skipped INTERRUPTED', 'h/c skipped INTERRUPTED']);
    expect(on.log).toEqual(['begin g/a', 'end g/a']);
  });

  it('before anything started leaves everything as it is', async () => {
    const stop = new AbortController();
    stop.abort(new Error('Ctrl-C'));
    const { create, provider, run } = machine({}, stop.signal);
    expect(results(await run([create('g/a')]))).toEqual(['g/a skipped INTERRUPTED']);
    expect(provider.calls).toEqual([]);
  });
});

/** A provider that does as told for each address, without a world. */
class Scripted extends InMemoryProvider {
  readonly undone: string[] = [];
  answers: Record<string, Partial<Performed>> = {};
  override async perform(work: readonly Work[]): Promise<readonly Performed[]> {
    this.calls.push(work.map(({ step }) => step.address));
    return work.map(({ step, attributes }) => {
      const observed = attributes === null ? null : { place: step.place, attributes, unknown: [] };
      return { address: step.address, result: 'done', observed, findings: [], ...this.answers[step.address] };
    });
  }
}

const error = { code: 'STATE_UNWRITABLE', message: 'no' } as const;

describe('a step that fails', () => {
  it('tells nobody a secret that the failing part repeats', async () => {
    const { create, run, ctx, events } = machine();
    ctx.conceal.add('swordfish-7f3a');
    const provider = new Scripted(folder);
    const words = `got ${Buffer.from('swordfish-7f3a').toString('base64')} and swordfish-7f3a`;
    const finding = { code: 'STATE_UNWRITABLE', severity: 'warning', message: words } as const;
    provider.answers = {
      'g/a': {
        result: 'failed',
        observed: null,
        error: { ...error, message: words, hint: words, detail: [words] },
        findings: [finding],
      },
    };
    const outcomes = await run([create('g/a')], listening(), provider);
    expect(outcomes[0]?.error?.message).toBe('got (secret) and (secret)');
    expect(outcomes[0]?.error?.code).toBe('STATE_UNWRITABLE');
    expect(JSON.stringify([outcomes, events])).not.toMatch(/swordfish|c3dvcmRm/);
  });

  it('stops what needs it and nothing else', async () => {
    const { create, run } = machine();
    const provider = new Scripted(folder);
    provider.answers = { 'g/a': { result: 'failed', observed: null, error } };
    const on = listening();
    const outcomes = await run(
      [create('g/a'), create('g/b', ['g/a']), create('h/c'), create('h/d', ['h/c'])],
      on,
      provider,
    );
    expect(results(outcomes)).toEqual([
      'g/a failed STATE_UNWRITABLE',
      'g/b skipped APPLY_DEPENDENCY',
      'h/c done',
      'h/d done',
    ]);
    expect(on.ends.find(({ address }) => address === 'g/a')).toMatchObject({ result: 'failed' });
  });

  it('is undone when it went half-way', async () => {
    const { create, run } = machine();
    const provider = Object.assign(new Scripted(folder), {
      compensate: async ({ step }: Work) => void provider.undone.push(step.address),
    });
    const work = create('g/a');
    const half = { place: work.step.place, attributes: { command: 'run' }, unknown: [] };
    provider.answers = {
      'g/a': { result: 'failed', observed: half, error },
      'g/b': { result: 'failed', observed: null, error },
    };
    const on = listening();
    const outcomes = await run([work, create('g/b')], on, provider);
    expect(results(outcomes)).toEqual(['g/a rolledBack STATE_UNWRITABLE', 'g/b failed STATE_UNWRITABLE']);
    expect(provider.undone).toEqual(['g/a']);
    expect(on.ends.map(({ result }) => result)).toEqual(['rolledBack', 'failed']);
  });

  it('is not undone when what is there is somebody else’s', async () => {
    const { create, run } = machine();
    const provider = Object.assign(new Scripted(folder), {
      compensate: async ({ step }: Work) => void provider.undone.push(step.address),
    });
    const work = create('g/a');
    const foreign = { place: work.step.place, attributes: { command: 'theirs' }, unknown: [] };
    provider.answers = { 'g/a': { result: 'failed', observed: foreign, error } };
    expect(results(await run([work], listening(), provider))).toEqual(['g/a failed STATE_UNWRITABLE']);
    expect(provider.undone).toEqual([]);
  });

  it.each<[string, (() => Promise<void>) | undefined, string]>([
    ['cannot be undone', undefined, 'STATE_UNWRITABLE'],
    ['is not undone although that was tried', () => Promise.reject(new Error('stuck')), 'APPLY_UNDO_FAILED'],
  ])('stays open in the journal when it went half-way and %s', async (_name, compensate, code) => {
    const { create, run } = machine();
    const provider = Object.assign(new Scripted(folder), compensate === undefined ? {} : { compensate });
    const work = create('g/a');
    provider.answers = {
      'g/a': {
        result: 'failed',
        observed: { place: work.step.place, attributes: wanted, unknown: [] },
        error,
      },
    };
    const on = listening();
    expect(results(await run([work], on, provider))).toEqual([`g/a failed ${code}`]);
    expect(on.ends).toEqual([]);
  });

  it('stays open in the journal, and is not undone, when nobody knows what it left', async () => {
    const { create, run } = machine();
    const provider = Object.assign(new Scripted(folder), {
      compensate: async ({ step }: Work) => void provider.undone.push(step.address),
    });
    provider.answers = { 'g/a': { result: 'failed', observed: null, error, isOpen: true } };
    const on = listening();
    expect(results(await run([create('g/a')], on, provider))).toEqual(['g/a failed STATE_UNWRITABLE']);
    expect([on.ends, provider.undone]).toEqual([[], []]);
  });
});

describe('a provider with a bug', () => {
  it.each<[string, () => Promise<readonly Performed[]>]>([
    ['throws', () => Promise.reject(new Error('boom'))],
    ['answers for too few steps', async () => []],
    [
      'says done and there is nothing',
      async () => [{ address: 'g/a', result: 'done', observed: null, findings: [] }],
    ],
  ])('that %s leaves its steps open, and the others go on', async (_name, perform) => {
    const { create, run } = machine();
    const provider = new Scripted(folder);
    const ordinary = provider.perform.bind(provider);
    provider.perform = (work) => (work[0]?.step.address === 'g/a' ? perform() : ordinary(work));
    const on = listening();
    const outcomes = await run([create('g/a'), create('g/b', ['g/a']), create('h/c')], on, provider);
    expect(results(outcomes)).toEqual(['g/a failed APPLY_BUG', 'g/b skipped APPLY_DEPENDENCY', 'h/c done']);
    expect(on.ends.map(({ address }) => address)).toEqual(['h/c']);
  });
});

describe('the last look', () => {
  it('turns what did not stay into a failure, keeps what it says, and asks only about what was done', async () => {
    const { create, run, events } = machine();
    const asked: string[][] = [];
    const lost = { code: 'APPLY_UNRECORDED', severity: 'warning', message: 'possibly lost' } as const;
    const provider = Object.assign(new Scripted(folder), {
      settle: async (work: readonly Work[]): Promise<readonly Performed[]> => {
        asked.push(work.map(({ step }) => step.address));
        return work.map(({ step }) => ({
          ...{ address: step.address, observed: null, findings: [lost] },
          ...(step.address === 'g/a' ? { result: 'failed' as const, error } : { result: 'done' as const }),
        }));
      },
    });
    provider.answers = { 'g/c': { result: 'failed', observed: null, error } };
    const outcomes = await run([create('g/a'), create('g/b'), create('g/c')], listening(), provider);
    expect(asked).toEqual([['g/a', 'g/b']]);
    expect(results(outcomes)).toEqual([
      'g/a failed STATE_UNWRITABLE',
      'g/b done',
      'g/c failed STATE_UNWRITABLE',
    ]);
    expect(outcomes[1]?.findings).toEqual([lost]);
    const told = events.flatMap((event) =>
      event.kind === 'step.finished' ? `${event.address} ${event.outcome.result}` : [],
    );
    expect(told.filter((line) => line.startsWith('g/a'))).toEqual(['g/a done', 'g/a failed']);
  });

  it('puts what came back after it was deleted back into the books', async () => {
    const { run } = machine({ a: wanted });
    const provider = Object.assign(new Scripted(folder), {
      settle: async (work: readonly Work[]): Promise<readonly Performed[]> =>
        work.map(({ step }) => ({
          address: step.address,
          result: 'failed',
          observed: null,
          error,
          findings: [],
        })),
    });
    const remove: Work = {
      step: stepOf('g/a', 'delete', provider.placeOf('g', 'a'), wanted),
      attributes: null,
      record: null,
    };
    const on = listening();
    expect(results(await run([remove], on, provider))).toEqual(['g/a failed STATE_UNWRITABLE']);
    expect(on.ends.map(({ result }) => result)).toEqual(['done', 'failed']);
    expect(new Set(on.ends.map(({ operation }) => operation)).size).toBe(1);
  });
});
