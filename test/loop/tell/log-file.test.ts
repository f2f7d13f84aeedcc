import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLogFile } from '../../../src/loop/tell/log-file.ts';
import { type Fault, faulty } from '../../../src/system/faulty.ts';
import { ManualClock } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { settle } from './examples.ts';

const PATH = '/var/log/mcpform/tools.log';
const line = (at: number): string => `${JSON.stringify({ at })}\n`;

/** A disk in memory, on which `fault` decides what writing to the log does. */
function onMemory(settings: { maxBytes?: number; keep?: number } = {}) {
  const state: { fault: Fault | null; name: string } = { fault: null, name: 'append' };
  const clock = new ManualClock();
  clock.holdsSleepers = true;
  const tree = { '/var/log/': '' };
  const system = faulty({ clock, tree, fault: ({ name }) => (name === state.name ? state.fault : null) });
  const log = openLogFile({ path: PATH, ...settings }, { system });
  const read = async (path = PATH): Promise<readonly Record<string, unknown>[]> =>
    (await system.files.read(path))
      .toString()
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text));
  return { log, state, system, clock, read };
}

describe('a log file', () => {
  it('gets its lines in order, in a folder that is made for it', async () => {
    const { log, read } = onMemory();
    for (let at = 0; at < 100; at += 1) log.write(line(at));
    await log.close();
    expect(await read()).toEqual(Array.from({ length: 100 }, (_, at) => ({ at })));
  });

  it('takes a bounded place, however much is written, and loses only the oldest lines', async () => {
    const { log, system, read } = onMemory({ maxBytes: 1000, keep: 3 });
    for (let at = 10_000; at < 12_000; at += 1) {
      log.write(line(at));
      if (at % 7 === 0) await settle();
    }
    await log.close();
    const names = await system.files.list('/var/log/mcpform');
    expect([...names].sort()).toEqual(['tools.log', 'tools.log.1', 'tools.log.2', 'tools.log.3']);
    for (const name of names) {
      expect((await system.files.stat(`/var/log/mcpform/${name}`)).size).toBeLessThanOrEqual(1000);
    }
    const all = await Promise.all([`${PATH}.3`, `${PATH}.2`, `${PATH}.1`, PATH].map(read));
    const numbers = all.flat().map(({ at }) => Number(at));
    expect(numbers.at(-1)).toBe(11_999);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    expect(log.lost()).toBe(0);
  });

  it('loses what a full disk does not take, never half a line, and says how many when there is room', async () => {
    const { log, state, read } = onMemory();
    log.write(line(1));
    await settle();
    state.fault = { kind: 'error', code: 'ENOSPC' };
    for (const at of [2, 3, 4]) log.write(line(at));
    await settle();
    log.write(line(5));
    await settle();
    state.fault = null;
    log.write(line(6));
    await log.close();
    expect(await read()).toMatchObject([{ at: 1 }, { level: 'warn', lost: 4 }, { at: 6 }]);
    expect(log.lost()).toBe(4);
  });

  it('does not grow when it cannot be put aside', async () => {
    const { log, state, system } = onMemory({ maxBytes: 100 });
    state.name = 'rename';
    state.fault = { kind: 'error', code: 'EACCES' };
    for (let at = 0; at < 100; at += 1) {
      log.write(line(at));
      await settle();
    }
    expect((await system.files.stat(PATH)).size).toBeLessThanOrEqual(100);
    expect(log.lost()).toBeGreaterThan(80);
  });

  it('neither waits for a disk that does not answer, nor remembers everything for it', async () => {
    const { log, state, clock } = onMemory();
    state.fault = { kind: 'hang' };
    log.write(line(0));
    await settle();
    const long = `${'x'.repeat(99_999)}\n`;
    for (let at = 0; at < 30; at += 1) log.write(long);
    expect(log.lost()).toBe(20);
    const closed = log.close();
    clock.advance(1000);
    await closed;
  });
});

describe('a log file on a real disk', () => {
  let home: Home | null = null;
  afterEach(async () => {
    await home?.remove();
    home = null;
  });

  it('is for its owner alone, and is there again after somebody moved it away', async () => {
    home = await throwawayHome();
    const path = join(home.folder, 'logs', 'tools.log');
    const log = openLogFile({ path }, { system: realSystem() });
    const wait = async (name: string, count: number): Promise<void> => {
      await expect
        .poll(async () => (await readFile(name, 'utf8').catch(() => '')).split('\n').length - 1)
        .toBe(count);
    };
    log.write(line(1));
    await wait(path, 1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rename(path, `${path}.moved`);
    log.write(line(2));
    await wait(path, 1);
    await log.close();
    expect((await readdir(join(home.folder, 'logs'))).sort()).toEqual(['tools.log', 'tools.log.moved']);
    expect(await readFile(path, 'utf8')).toBe(line(2));
  });
});
