import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/model/system.ts';
import { limitTo } from '../../../src/resolve/oci/limit.ts';
import { limitRegistries, openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { makeImage } from '../../support/registry-images.ts';
import { makeWorld, mockRegistry } from './world.ts';

describe('a limit', () => {
  it('runs so many at a time, all of them, in order, whatever fails', async () => {
    const limit = limitTo(3);
    let running = 0;
    let most = 0;
    const started: number[] = [];
    const all = Array.from({ length: 20 }, (_, index) =>
      limit(async () => {
        started.push(index);
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        if (index % 4 === 0) throw new Error(String(index));
        return index;
      }),
    );
    const results = await Promise.allSettled(all);
    expect(most).toBe(3);
    expect(started).toEqual(results.map((_, index) => index));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  });
});

describe('a registry', () => {
  it.each<[string, { run?: number; one?: number }, number]>([
    ['8, when nobody says', {}, 8],
    ['what the run is limited to', { run: 3 }, 3],
    ['what it was opened with', { run: 3, one: 5 }, 5],
  ])('gets so many requests at a time: %s', async (_, limits, expected) => {
    const mock = await mockRegistry({ latencyMs: 20 });
    mock.add('x', makeImage(), '1');
    const { ctx } = makeWorld();
    const { network } = ctx.system;
    let running = 0;
    let most = 0;
    const counting: Network = {
      request: async (request) => {
        most = Math.max(most, ++running);
        try {
          return await network.request(request);
        } finally {
          running--;
        }
      },
    };
    const run = { ...ctx, system: { ...ctx.system, network: counting } };
    if (limits.run !== undefined) limitRegistries(limits.run, run);
    const options = limits.one === undefined ? {} : { parallel: limits.one };
    const registry = await openRegistry(mock.host, run, options);
    await Promise.all(Array.from({ length: 30 }, () => registry.resolve('x', '1')));
    expect(most).toBe(expected);
  });
});
