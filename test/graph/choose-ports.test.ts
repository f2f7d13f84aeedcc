import { describe, expect, it } from 'vitest';
import { autoPort, choosePorts, type Publication } from '../../src/graph/choose-ports.ts';

const free: Publication['publish'] = { address: '127.0.0.1', port: 'auto' };
const want = (server: string, more: Partial<Publication> = {}): Publication => ({
  server,
  machine: '',
  publish: free,
  ...more,
});
const chosen = (publications: readonly Publication[], taken: readonly number[] = []) =>
  Object.fromEntries(choosePorts('s', publications, () => taken));

describe('a port that we choose', () => {
  it('follows from the names, and lies where no system hands one out', () => {
    const ports = Array.from({ length: 500 }, (_, index) => autoPort('s', `server-${index}`, new Set()));
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
    expect(Math.max(...ports)).toBeLessThan(30_000);
    expect(new Set(ports).size).toBeGreaterThan(450);
    expect(autoPort('s', 'server-0', new Set())).toBe(ports[0]);
    expect(autoPort('t', 'server-0', new Set())).not.toBe(ports[0]);
  });

  it('is the next one when somebody has it, and goes round at the end', () => {
    const first = autoPort('s', 'a', new Set());
    expect(autoPort('s', 'a', new Set([first, first + 1]))).toBe(first + 2);
    const above = Array.from({ length: 30_000 - first }, (_, index) => first + index);
    expect(autoPort('s', 'a', new Set(above))).toBe(20_000);
  });

  it('is some port even when all are taken, and whoever starts it says so', () => {
    const all = new Set(Array.from({ length: 10_000 }, (_, index) => 20_000 + index));
    expect(autoPort('s', 'a', all)).toBe(autoPort('s', 'a', new Set()));
  });

  it('is never that of another server of the stack on the same machine', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `server-${index}`);
    const ports = choosePorts(
      's',
      names.map((name) => want(name)),
    );
    expect(new Set(ports.values()).size).toBe(2000);
  });

  it('stays the one that the container has', () => {
    expect(chosen([want('a', { present: 31_234 })], [31_234])).toEqual({ a: 31_234 });
  });

  it('makes way for one that is written, and for one that another container has', () => {
    const own = autoPort('s', 'a', new Set());
    const written = want('b', { publish: { address: '127.0.0.1', port: own } });
    expect(chosen([want('a'), written])).toEqual({ a: own + 1, b: own });
    expect(chosen([want('a', { present: own }), written])).toEqual({ a: own + 1, b: own });
    expect(chosen([want('a'), want('b', { present: own })])).toEqual({ a: own + 1, b: own });
    expect(chosen([want('a')], [own])).toEqual({ a: own + 1 });
    const elsewhere = want('b', { machine: 'lab', present: own });
    expect(chosen([want('a'), elsewhere])).toEqual({ a: own, b: own });
  });

  it('is chosen again when it was chosen before and is not there any more', () => {
    const before = { address: '127.0.0.1', port: 21_000, isChosen: true } as const;
    expect(chosen([want('a', { publish: before })])).toEqual({ a: autoPort('s', 'a', new Set()) });
  });
});
