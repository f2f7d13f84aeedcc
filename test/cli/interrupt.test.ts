import { mkdir, rmdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { start } from './child.ts';
import { BOOKS, onStage, type Stage } from './stage.ts';

/** Three steps one after another, of which the second is in another file. */
const CHAIN = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  first: { command: first }
  second: { command: second, dependsOn: [first], targets: [{ client: claude-code, scope: project }] }
  third: { command: third, dependsOn: [second] }
`;

const APPLY = ['apply', '--auto-approve', '--json'];

describe.concurrent('an interrupted apply', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'finishes what runs on %s, starts nothing, exits 130',
    (signal) =>
      onStage(async (stage) => {
        const release = await holdClientLock(stage);
        const child = start(APPLY, stage.home);
        await child.says('"kind":"step.started"');
        child.kill(signal);
        await child.says('Stopping: finishing what runs.');
        await release();
        const { exitCode, stdout } = await child.ended;
        expect(exitCode).toBe(130);
        const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
        expect(last).toMatchObject({ kind: 'run.finished', exitCode: 130 });
        const results = last.outcomes.map(
          (outcome: { result: string; error?: { code: string } }) => outcome.result,
        );
        expect(results.slice(1)).toEqual(['skipped', 'skipped']);
        expect(last.outcomes[2].error.code).toBe('INTERRUPTED');
        await convergesNext(stage);
      }, CHAIN),
  );

  it('leaves at once on the second signal, and the next apply settles what was under way', () =>
    onStage(async (stage) => {
      const release = await holdClientLock(stage);
      const child = start(APPLY, stage.home);
      await child.says('"kind":"step.started"');
      child.kill('SIGINT');
      await child.says('Stopping: finishing what runs.');
      child.kill('SIGINT');
      expect((await child.ended).exitCode).toBe(130);
      await release();
      expect((await stage.expectExit(0, ['state', 'list'])).stdout).toContain('1 interrupted step to settle');
      const { stderr } = await stage.apply();
      expect(stderr).toContain('an interrupted step had not begun to take effect');
      await stage.expectExit(0, ['plan', '--detailed-exitcode']);
    }, CHAIN));

  it('keeps what was written when the signal comes during the last look', () =>
    onStage(async (stage) => {
      const child = start(APPLY, stage.home);
      await child.says('"kind":"settling"');
      child.kill('SIGINT');
      expect((await child.ended).exitCode).toBe(130);
      await stage.expectExit(0, ['plan', '--detailed-exitcode']);
      expect(await stage.read(`${BOOKS}/journal.ndjson`).catch(() => '')).toBe('');
    }));

  it('stops waiting for the books of another', () =>
    onStage(async (stage) => {
      await stage.write({
        [`${BOOKS}/lock`]: { nonce: '00', machineId: 'another', pid: 1, command: 'apply' },
      });
      const child = start([...APPLY, '--lock-timeout', '5m'], stage.home);
      await child.says('"kind":"run.started"');
      child.kill('SIGINT');
      const { exitCode, stdout } = await child.ended;
      expect(exitCode, stdout).toBe(130);
      expect(stdout).toContain('"code":"INTERRUPTED"');
    }));

  it('waits for the books of another as long as it is told, then goes on', () =>
    onStage(async (stage) => {
      const release = await holdClientLock(stage);
      const first = start(APPLY, stage.home);
      await first.says('"kind":"step.started"');
      await stage.expectExit(4, ['apply', '--auto-approve']);
      const second = start(['apply', '--auto-approve', '--no-settle', '--lock-timeout', '30s'], stage.home);
      await release();
      expect((await first.ended).exitCode).toBe(0);
      const { exitCode, stdout } = await second.ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'No changes. 2 resources match.\n' });
    }));
});

/** Holds the client's own lock on its config, so that a step that has begun cannot go on until it is released. */
async function holdClientLock({ home, write }: Stage): Promise<() => Promise<void>> {
  await write({ '.claude.json': '{}' });
  const lock = join(home.folder, '.claude.json.lock');
  await mkdir(lock);
  // From the future, so that it is never taken for one left behind.
  const later = Date.now() / 1000 + 3600;
  await utimes(lock, later, later);
  return () => rmdir(lock);
}

async function convergesNext(stage: Stage): Promise<void> {
  await stage.expectExit(0, ['status']);
  await stage.apply();
  await stage.expectExit(0, ['plan', '--detailed-exitcode']);
}
