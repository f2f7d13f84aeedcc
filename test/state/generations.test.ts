import { describe, expect, it } from 'vitest';
import {
  appendGeneration,
  type GenerationContent,
  KEPT_GENERATIONS,
  listGenerations,
  readGeneration,
} from '../../src/state/generations.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { contextOn, folder, home, schemaErrors } from './machine.ts';

const content = (command: string): GenerationContent => ({
  command,
  manifest: { name: 'tools' } as GenerationContent['manifest'],
  lock: null,
  plan: { planId: command } as GenerationContent['plan'],
  revision: null,
  outcomes: [],
});

async function written(count: number) {
  const system = memorySystem({ tree: { [`${home}/`]: '' } });
  const { ctx } = contextOn(system);
  for (let n = 1; n <= count; n += 1) await appendGeneration(folder, content(`apply ${n}`), ctx);
  const file = (n: number): string => `${folder}/generations/${String(n).padStart(6, '0')}.json`;
  return { ctx, system, file };
}

describe('the history', () => {
  it('keeps what each apply was about, private and chained', async () => {
    const { ctx, system, file } = await written(3);
    const { generations, findings } = await listGenerations(folder, ctx);
    expect(findings).toEqual([]);
    expect(generations.map(({ number, command }) => [number, command])).toEqual([
      [1, 'apply 1'],
      [2, 'apply 2'],
      [3, 'apply 3'],
    ]);
    expect((await system.files.stat(file(1))).mode).toBe(0o600);
    expect(generations[0]?.previous).toBeNull();
    expect(generations[1]?.previous).toMatch(/^sha256:[0-9a-f]{64}$/);
    for (const generation of generations) expect(schemaErrors(generation, 'generation')).toEqual([]);
    expect((await readGeneration(folder, 2, ctx)).command).toBe('apply 2');
  });

  it('is empty before the first apply', async () => {
    const { ctx } = await written(0);
    expect(await listGenerations(folder, ctx)).toEqual({ generations: [], findings: [] });
  });

  it('forgets the oldest, and what is left can still be verified', async () => {
    const { ctx } = await written(KEPT_GENERATIONS + 7);
    const { generations, findings } = await listGenerations(folder, ctx);
    expect(findings).toEqual([]);
    expect(generations).toHaveLength(KEPT_GENERATIONS);
    expect(generations[0]?.number).toBe(8);
    await expect(readGeneration(folder, 7, ctx)).rejects.toMatchObject({ code: 'STATE_HISTORY_UNKNOWN' });
  });

  it.each<[string, (m: Awaited<ReturnType<typeof written>>) => Promise<void>, number]>([
    [
      'a changed generation',
      async ({ system, file }) => {
        const text = (await system.files.read(file(2))).toString();
        await system.files.fill(file(2), text.replace('apply 2', 'apply X'), { sync: true });
      },
      2,
    ],
    ['a missing one in the middle', ({ system, file }) => system.files.remove(file(3)), 3],
    ['one that is rubbish', ({ system, file }) => system.files.fill(file(2), 'x', { sync: true }), 2],
    ['one under another number', ({ system, file }) => system.files.rename(file(2), file(3)), 3],
  ])('with %s is a finding, and cannot be rolled back to', async (_name, spoil, number) => {
    const machine = await written(4);
    await spoil(machine);
    const { findings } = await listGenerations(folder, machine.ctx);
    expect(findings.length).toBeGreaterThan(0);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['STATE_HISTORY_BROKEN']));
    await expect(readGeneration(folder, number, machine.ctx)).rejects.toMatchObject({
      code: expect.stringMatching(/STATE_HISTORY_(BROKEN|UNKNOWN)/),
    });
    // It goes on.
    expect((await appendGeneration(folder, content('next'), machine.ctx)).number).toBe(5);
  });
});
