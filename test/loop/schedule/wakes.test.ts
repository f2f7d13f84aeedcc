import { describe, expect, it } from 'vitest';
import type { Wake } from '../../../src/loop/model.ts';
import { Wakes } from '../../../src/loop/schedule/wakes.ts';
import { simulate } from './simulate.ts';
import { TwoClocks } from './two-clocks.ts';

const file = (name: string): Wake => ({ kind: 'file', file: name });

describe('wakes', () => {
  it('make a pass 100 ms after the last of them', async () => {
    const loop = simulate();
    await loop.clock.run(1_000);
    loop.wakes.offer(file('/a'));
    await loop.clock.run(60);
    loop.wakes.offer(file('/b'));
    await loop.clock.run(99);
    expect(loop.passes.length).toBe(1);
    await loop.clock.run(1);
    await loop.stop();
    expect(loop.passes[1]).toMatchObject({ atMs: 1_160, wakes: [file('/a'), file('/b')] });
  });

  it('make a pass 300 ms after the first of them, however many follow', async () => {
    const loop = simulate({ passMs: 5 });
    await loop.clock.run(1_000);
    for (let at = 0; at < 2_000; at += 20) {
      loop.wakes.offer(file(`/${at}`));
      await loop.clock.run(20);
    }
    await loop.stop();
    const [, first, second] = loop.passes;
    expect(first?.atMs).toBe(1_300);
    expect(second?.atMs).toBeLessThanOrEqual(1_300 + 5 + 320);
    expect(first?.wakes.length).toBe(15);
  });

  it('of all kinds are gathered, each once', async () => {
    const loop = simulate();
    await loop.clock.run(1_000);
    const all: Wake[] = [
      { kind: 'request', id: '1' },
      { kind: 'webhook', delivery: 'd' },
      { kind: 'engine', engine: 'docker' },
      { kind: 'signal' },
      file('/a'),
    ];
    for (const wake of [...all, ...all]) loop.wakes.offer(wake);
    await loop.clock.run(1_000);
    await loop.stop();
    expect(loop.passes.slice(1).map(({ wakes }) => wakes)).toEqual([all]);
  });

  it.each([1, 7, 200])('that come during a pass (%i of them) make exactly one more', async (count) => {
    const loop = simulate({ passMs: 4_000 });
    await loop.clock.run(1_000);
    for (let each = 0; each < count; each++) {
      loop.wakes.offer(file(`/${each}`));
      await loop.clock.run(10);
    }
    await loop.clock.run(60_000);
    await loop.stop();
    expect(loop.kinds().map((kinds) => kinds.split(' ')[0])).toEqual(['start', 'file']);
  });

  it('are bounded in a storm, but for requests, which somebody waits for', async () => {
    const clock = new TwoClocks();
    const wakes = new Wakes(clock);
    for (let each = 0; each < 10_000; each++) wakes.offer(file(`/${each}`));
    for (let each = 0; each < 500; each++) wakes.offer({ kind: 'request', id: String(each) });
    const taking = wakes.take(0, new AbortController().signal);
    await clock.run(1_000);
    const kinds = (await taking).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'request').length).toBe(500);
    expect(kinds.filter((kind) => kind === 'file').length).toBe(100);
  });

  it('are not waited for after the end, and leave no timer and no listener behind', async () => {
    const clock = new TwoClocks();
    const wakes = new Wakes(clock);
    const ending = new AbortController();
    const waiting = wakes.take(60_000, ending.signal);
    await clock.run(10);
    expect(clock.sleepers).toBe(1);
    ending.abort(new Error('the end'));
    await expect(waiting).rejects.toThrow('the end');
    expect(clock.sleepers).toBe(0);
    await expect(wakes.take(60_000, ending.signal)).rejects.toThrow('the end');

    wakes.offer(file('/a'));
    const settling = new AbortController();
    const taking = wakes.take(60_000, settling.signal);
    await clock.run(50);
    settling.abort(new Error('the end'));
    await expect(taking).rejects.toThrow('the end');
    expect(clock.sleepers).toBe(0);
  });

  it('are none when none came in time', async () => {
    const clock = new TwoClocks();
    const taking = new Wakes(clock).take(500, new AbortController().signal);
    await clock.run(500);
    expect(await taking).toEqual([]);
  });
});
