import { expect, it } from 'vitest';
import type { Context } from '../../../../src/model/context.ts';
import type { Engine } from '../../../../src/providers/docker/engine.ts';
import { inTurn } from '../../../../src/providers/docker/perform/take-turns.ts';

const engine = (name: string): Engine => ({ name }) as Engine;

it('does eight things at once on each engine, in the order of asking, also after one that fails', async () => {
  const ctx = {} as Context;
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string, label: string): Promise<void> =>
    inTurn(engine(name), ctx, () => {
      begun.push(label);
      return new Promise((resolve, reject) =>
        ends.push(label === 'a1' ? () => reject(new Error('a1')) : resolve),
      );
    });
  const all = Array.from({ length: 10 }, (_, index) => ask('docker', `a${index}`));
  const other = ask('docker@lab', 'b');
  const failing = expect(all[1]).rejects.toThrow('a1');
  await Promise.resolve();
  expect(begun).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'b']);
  ends[1]?.();
  await failing;
  expect(begun.slice(9)).toEqual(['a8']);
  while (ends.length < 11 || begun.length < 11) {
    for (const end of ends) end();
    await Promise.resolve();
  }
  for (const end of ends) end();
  await Promise.all([...all.filter((_, index) => index !== 1), other]);
  expect(begun.slice(9)).toEqual(['a8', 'a9']);
});
