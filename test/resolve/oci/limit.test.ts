import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/model/system.ts';
import { limitTo } from '../../../src/resolve/oci/limit.ts';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
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
  it.each([
    [undefined, 8],
    [3, 3],
  ])('gets at most so many requests at a time: %s', async (parallel, expected) => {
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
    const registry = await openRegistry(mock.host, run, parallel === undefined ? {} : { parallel });
    await Promise.all(Array.from({ length: 30 }, () => registry.resolve('x', '1')));
    expect(most).toBe(expected);
  });
});
