import { describe, expect, it } from 'vitest';
import { objectPlace } from '../../../../src/providers/docker/place.ts';
import {
  forcesReplacement,
  holdsData,
  isSensitive,
  isVolatile,
  ownsAll,
} from '../../../../src/providers/docker/traits.ts';

describe('what a change takes', () => {
  it.each([
    ['/status', { before: 'exited', after: 'running' }],
    ['/name', { before: 'mine', after: 'demo.web' }],
    ['/restart', { before: 'no', after: 'always' }],
    ['/resources/memory', { before: 1, after: 2 }],
    ['/resources/pids', { after: 128 }],
    ['/resources/cpus', { after: 0.5 }],
    ['/resources/memorySwap', { before: 1 }],
    ['/networks/demo.tools/aliases', { after: [] }],
    ['/networks/demo.tools/aliases', { before: [] }],
    ['/networks/default/aliases', { before: [] }],
  ])('%s is changed in place', (pointer, change) => {
    expect(forcesReplacement(pointer, change)).toBe(false);
  });

  it.each([
    ['/image', { before: 'a', after: 'b' }],
    ['/env/KEY', { after: 'x' }],
    ['/labels/own', { before: 'x' }],
    ['/resources/memory', { before: 1 }],
    ['/resources/pids', { before: 128 }],
    ['/resources/sharedMemory', { before: 1, after: 2 }],
    ['/resources/ulimits/nofile/soft', { before: 1, after: 2 }],
    ['/networks/host/aliases', { after: [] }],
    ['/networks/none/aliases', { before: [] }],
    ['/driver', { before: 'bridge', after: 'macvlan' }],
    ['/other/PidMode', { before: 'host' }],
  ])('%s takes another container', (pointer, change) => {
    expect(forcesReplacement(pointer, change)).toBe(true);
  });
});

describe('what is known of objects on engines', () => {
  const at = (kind: 'image' | 'network' | 'volume' | 'container') =>
    objectPlace('docker:ID', null, { kind, name: 'demo.x' });

  it('hides where people paste keys', () => {
    const hidden = ['/env/KEY', '/args', '/entrypoint', '/labels/x', '/healthcheck/command'];
    expect(hidden.filter((pointer) => !isSensitive(pointer))).toEqual([]);
    expect(['/image', '/environment', '/status', '/ports/80~1tcp'].filter(isSensitive)).toEqual([]);
  });

  it('owns the whole of what it makes, and calls a volume’s content data', () => {
    expect(
      (['image', 'network', 'volume', 'container'] as const).filter((kind) => ownsAll(at(kind))),
    ).toEqual(['network', 'volume', 'container']);
    expect([holdsData(at('volume')), holdsData(at('container'))]).toEqual([true, false]);
    expect([isVolatile('/status'), isVolatile('/image')]).toEqual([true, false]);
  });
});
