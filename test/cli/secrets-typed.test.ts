import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { environmentWith, MCPFORM } from '../support/mcpform.ts';
import { onTerminal } from './pseudo-terminal.ts';
import { CANARY, onSecretStage } from './secrets-stage.ts';

const SET = ['secrets', 'set', 'linear'];

describe.concurrent('a value that a person types', () => {
  it('is asked for twice, shown nowhere, and replaces another only after a yes', () =>
    onSecretStage(async ({ home, keep, read, expectHidden }) => {
      await keep('linear', 'something old');
      const terminal = onTerminal(SET, home);
      await terminal.shows('Value of secret "linear" (not shown): ');
      terminal.type(`${CANARY}xx\x7f\x7f\r`);
      await terminal.shows('The same again: ');
      terminal.type(`${CANARY}\r`);
      await terminal.shows('Only "yes" does it: ');
      expect(await read('store/linear')).toBe('something old');
      terminal.type('yes\r');
      expect(await terminal.ended).toBe(0);
      expect((await read('store/linear')).trim()).toBe(CANARY);
      expect(terminal.shown()).not.toMatch(/canary/);
      await expectHidden(terminal.shown());
    }));

  it('may have several lines when it is pasted', () =>
    onSecretStage(async ({ home, read }) => {
      const terminal = onTerminal(SET, home);
      for (const prompt of ['(not shown): ', 'again: ']) {
        await terminal.shows(prompt);
        terminal.type(`\x1b[200~${CANARY}\rsecond\x1b[201~\r`);
      }
      expect(await terminal.ended).toBe(0);
      expect((await read('store/linear')).trim()).toBe(`${CANARY}\nsecond`);
      expect(terminal.shown()).not.toContain('second');
    }));

  it.each([
    ['differs the second time', `${CANARY}\r`, `${CANARY}-other\r`, 64, 'not the same'],
    ['is interrupted', `${CANARY}\r`, `${CANARY}\x03`, 130, 'INTERRUPTED'],
    ['is left out', '\x04', null, 3, 'no value was given'],
  ] as const)('is not written when it %s', (_what, first, second, exitCode, says) =>
    onSecretStage(async ({ home, expectHidden }) => {
      const terminal = onTerminal(SET, home);
      await terminal.shows('(not shown): ');
      terminal.type(first);
      if (second !== null) {
        await terminal.shows('again: ');
        terminal.type(second);
      }
      expect(await terminal.ended).toBe(exitCode);
      expect(terminal.shown()).toContain(says);
      expect(await readdir(`${home.folder}/store`)).toEqual(['notes.sh']);
      await expectHidden(terminal.shown());
    }),
  );
});

describe.concurrent('a value on stdin', () => {
  it('is in no command line and no environment of any process while it is set', () =>
    onSecretStage(async ({ home }) => {
      const child = spawn(process.execPath, [MCPFORM, ...SET], {
        cwd: home.project,
        env: environmentWith(home),
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const ended = new Promise<number | null>((done) => child.on('close', done));
      let [looked, found] = [0, 0];
      child.stdin.end(CANARY);
      while (child.exitCode === null && child.signalCode === null) {
        for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
          if (Number(pid) === process.pid) continue;
          for (const file of ['cmdline', 'environ']) {
            const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
            looked += 1;
            if (text.includes(CANARY)) found += 1;
          }
        }
      }
      expect(await ended).toBe(0);
      expect(looked).toBeGreaterThan(0);
      expect(found).toBe(0);
    }));
});
