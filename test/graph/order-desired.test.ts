import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import { orderDesired } from '../../src/graph/order-desired.ts';
import { EMPTY_LOCK } from '../../src/model/lock.ts';
import { server, stack } from './stack.ts';

function order(edges: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const servers = Object.entries(edges).map(([name, dependsOn]) => server(name, { dependsOn }));
  return orderDesired(desire(stack(servers), EMPTY_LOCK).desired).map((each) => each.server);
}

describe('orderDesired', () => {
  it.each([
    ['nothing', {}, ''],
    ['by address when nothing depends', { c: [], a: [], b: [] }, 'a b c'],
    ['what is depended on first', { a: ['b'], b: ['c'], c: [] }, 'c b a'],
    ['the smallest of what could be next', { a: ['z'], b: [], z: [], y: ['b'] }, 'b y z a'],
  ])('gives %s', (_, edges, expected) => {
    expect(order(edges).join(' ')).toBe(expected);
  });

  it('never puts a server before one it depends on, for any graph without circles', () => {
    const graphs = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }).map((pairs) => {
        const edges: Record<string, string[]> = {};
        for (let i = 0; i < size; i++) edges[`s${i}`] = [];
        for (const [a, b] of pairs) if (a > b) edges[`s${a}`]?.push(`s${b}`);
        return edges;
      }),
    );
    fc.assert(
      fc.property(graphs, (edges) => {
        const ordered = order(edges);
        expect([...ordered].sort()).toEqual(Object.keys(edges).sort());
        for (const [name, dependsOn] of Object.entries(edges)) {
          for (const other of dependsOn) expect(ordered.indexOf(other)).toBeLessThan(ordered.indexOf(name));
        }
      }),
    );
  });

  it('orders a chain of twenty thousand', () => {
    const edges = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]),
    );
    expect(order(edges)[19_999]).toBe('s19999');
  });

  it('takes a circle for a bug, since the manifest was checked', () => {
    expect(() => order({ a: ['b'], b: ['a'] })).toThrow('circle');
  });
});
