import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/apply/apply.ts';
import type { Outcome } from '../../src/model/event.ts';
import type { Begin, End } from '../../src/model/journal.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Performed, Work } from '../../src/model/provider.ts';
import type { Place } from '../../src/model/resource.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { contextOn, home } from '../state/machine.ts';
import { InMemoryProvider } from './in-memory-provider.ts';
import { changes, recordOf, stepOf } from './worlds.ts';

const wanted: JsonObject = { command: 'run' };

interface Node {
  readonly group: number;
  readonly needs: readonly number[];
  readonly fate: 'done' | 'failed' | 'rolledBack' | 'throws' | 'conflict' | 'record';
}

/** Graphs without circles: a step needs only earlier ones, and sometimes one that is in no plan. */
const graph = fc
  .array(
    fc.record({
      group: fc.nat(3),
      needs: fc.array(fc.nat(30), { maxLength: 4 }),
      fate: fc.constantFrom<Node['fate']>(
        'done',
        'done',
        'done',
        'done',
        'failed',
        'rolledBack',
        'throws',
        'conflict',
        'record',
      ),
    }),
    { maxLength: 30 },
  )
  .map((nodes) =>
    nodes.map((node, index) => ({ ...node, needs: node.needs.filter((need) => need < index || need > 28) })),
  );

const addressOf = (n: number, nodes: readonly Node[]): string => `g${nodes[n]?.group ?? 9}/s${n}`;

class Fated extends InMemoryProvider {
  readonly running = new Set<string>();
  readonly overlaps: string[] = [];
  readonly #nodes: readonly Node[];

  constructor(nodes: readonly Node[]) {
    super(`${home}/world`);
    this.#nodes = nodes;
  }

  override async perform(work: readonly Work[]): Promise<readonly Performed[]> {
    const group = work[0]?.step.place.file ?? '';
    if (this.running.has(group)) this.overlaps.push(group);
    this.running.add(group);
    this.calls.push(work.map(({ step }) => step.address));
    await new Promise((resolve) => setImmediate(resolve));
    this.running.delete(group);
    return work.map(({ step }) => this.#fate(step.address, step.place));
  }

  #fate(address: string, place: Place): Performed {
    const fate = this.#nodes[Number(address.split('/s')[1])]?.fate;
    if (fate === 'throws') throw new Error('boom');
    if (fate !== 'failed' && fate !== 'rolledBack') {
      return { address, result: 'done', observed: { place, attributes: wanted, unknown: [] }, findings: [] };
    }
    return {
      address,
      result: fate,
      observed: null,
      error: { code: 'STATE_UNWRITABLE', message: 'no' },
      findings: [],
    };
  }
}

async function applied(nodes: readonly Node[], stopAfter: number) {
  const stop = new AbortController();
  const { ctx } = contextOn(memorySystem(), stop.signal);
  const provider = new Fated(nodes);
  const work = nodes.map(({ group, needs, fate }, n): Work => {
    const address = addressOf(n, nodes);
    const place = provider.placeOf(`g${group}`, `s${n}`);
    const action = fate === 'conflict' || fate === 'record' ? fate : 'create';
    const step = {
      ...stepOf(address, action, place, undefined, changes({}, wanted)),
      needs: needs.map((m) => addressOf(m, nodes)),
    };
    return { step, attributes: wanted, record: recordOf(address, place, wanted) };
  });
  const [begins, ends]: [Begin[], End[]] = [[], []];
  const journal = {
    begin: async (records: readonly Begin[]) => void begins.push(...records),
    end: async (records: readonly End[]) => {
      ends.push(...records);
      if (ends.length >= stopAfter) stop.abort(new Error('Ctrl-C'));
    },
  };
  const outcomes = await apply(work, { providerOf: () => provider, journal }, ctx);
  return { work, outcomes, provider, begins, ends };
}

describe('for any graph and any fate of its steps', () => {
  it('n steps give n outcomes in their order, and only what has all it needs is performed', async () => {
    await fc.assert(
      fc.asyncProperty(graph, fc.integer({ min: 1, max: 60 }), async (nodes, stopAfter) => {
        const { work, outcomes, provider, begins, ends } = await applied(nodes, stopAfter);
        expect(outcomes.map(({ address }) => address)).toEqual(work.map(({ step }) => step.address));
        const of = new Map<string, Outcome>(outcomes.map((outcome) => [outcome.address, outcome]));
        const performed = provider.calls.flat();

        // Each at most once, none of a group at the same time, and each of them begun.
        expect(new Set(performed).size).toBe(performed.length);
        expect(provider.overlaps).toEqual([]);
        expect(begins.map(({ address }) => address).sort()).toEqual([...performed].sort());
        for (const { step } of work) {
          const mine = of.get(step.address);
          const isHeldBack = step.needs.some((need) => of.has(need) && of.get(need)?.result !== 'done');
          if (isHeldBack || step.action === 'conflict') expect(mine?.result).toBe('skipped');
          if (mine?.result === 'skipped') expect(performed).not.toContain(step.address);
          if (mine?.result === 'done')
            expect(ends.filter(({ address }) => address === step.address)).toHaveLength(1);
          expect(mine?.error === undefined).toBe(mine?.result === 'done');
        }
        // What needs something was performed after it.
        for (const { step } of work) {
          for (const need of step.needs.filter(
            (one) => performed.includes(one) && performed.includes(step.address),
          )) {
            expect(performed.indexOf(need)).toBeLessThan(performed.indexOf(step.address));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('everything is done when nothing fails', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (nodes) => {
        const good = nodes.map((node) => ({ ...node, fate: 'done' as const }));
        const { outcomes } = await applied(good, Number.POSITIVE_INFINITY);
        expect(outcomes.filter(({ result }) => result !== 'done')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
