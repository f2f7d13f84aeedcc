import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '../../src/state/lock-file.ts';
import { realSystem } from '../../src/system/real.ts';

const contenders = 32;
const temporary = mkdtempSync(join(tmpdir(), 'mcpform-lock-'));
const program = join(temporary, 'contender.mjs');

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(import.meta.resolve('./contender.ts'))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    splitting: false,
    // The one part that starts programs is not needed here, and would load its library from there.
    external: ['*/client.ts'],
    logLevel: 'error',
  });
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Keeps the number of contenders up until the time is over: who dies is replaced. */
async function contend(folder: string, untilMs: number, deaths: '0' | '1'): Promise<number> {
  let killed = 0;
  const keepOne = async (): Promise<void> => {
    while (Date.now() < untilMs) {
      const child = spawn(process.execPath, [program, folder, String(untilMs), deaths], { stdio: 'inherit' });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      if (signal === 'SIGKILL') killed += 1;
    }
  };
  await Promise.all(Array.from({ length: contenders }, keepOne));
  return killed;
}

describe.runIf(process.platform === 'linux')(`a lock that ${contenders} processes want`, () => {
  it.each([
    ['that all give it back', '0', 6_000],
    ['of which some die with it in hand', '1', 10_000],
  ] as const)(
    'has exactly one holder at a time, among processes %s',
    async (name, deaths, durationMs) => {
      const root = join(temporary, name.replaceAll(' ', '-'));
      const folder = join(root, 'state');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const killed = await contend(folder, Date.now() + durationMs, deaths);

      const log = readFileSync(join(root, 'log'), 'utf8').trim().split('\n');
      expect(log.filter((line) => line !== 'held')).toEqual([]);
      expect(log.length).toBeGreaterThan(50);
      if (deaths === '1') expect(killed).toBeGreaterThan(0);

      // Whatever the dead left behind is gone as soon as somebody has the lock again.
      const lock = await takeLock(folder, { command: 'after' }, { system: realSystem() });
      expect(readdirSync(folder)).toEqual(['lock']);
      await lock.release();
      expect(existsSync(join(folder, 'lock'))).toBe(false);
    },
    60_000,
  );
});
