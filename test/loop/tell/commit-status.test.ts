import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoopState, Observer } from '../../../src/loop/model.ts';
import { type CommitStatusSettings, commitStatus } from '../../../src/loop/tell/notify/commit-status.ts';
import { SecretValue } from '../../../src/model/secret.ts';
import type { System } from '../../../src/model/system.ts';
import { ManualClock } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';
import { condition, loopState, RECOVERED, report } from './examples.ts';
import { type NotifyDouble, notifyDouble } from './notify-double.ts';

const COMMIT = '3f1c9ab2'.repeat(5);

let double: NotifyDouble;
let observer: Observer;
let problems: string[];
beforeEach(async () => {
  double = await notifyDouble();
  problems = [];
  // Its sleeps end at once, and nothing else of it is used.
  const system: System = { ...realSystem({}), clock: new ManualClock() };
  observer = commitStatus(settings(), { system });
});
afterEach(async () => {
  await observer.close();
  await double.close();
});

function settings(change: Partial<CommitStatusSettings> = {}): CommitStatusSettings {
  return {
    api: `${double.url}/api/v3/`,
    repository: 'acme/tools',
    token: new SecretValue('canary-token'),
    context: 'mcpform/tools',
    listedHosts: [double.host],
    onProblem: (text) => problems.push(text),
    ...change,
  };
}

function at(commit: string, change: Parameters<typeof condition>[0] = RECOVERED): LoopState {
  const note = { commit, label: '', time: '', manifestDigest: '', lockDigest: null };
  return loopState({ lastAttempted: note, conditions: [condition(change)] });
}

const said = (): readonly unknown[] => double.received.map(({ body }) => JSON.parse(body));
const arrived = (count: number): Promise<void> =>
  expect.poll(() => double.received.length, { timeout: 5000 }).toBe(count);

describe('a commit status', () => {
  it('is posted for the commit, with the token in a header alone', async () => {
    observer.passed(report(), at(COMMIT));
    await arrived(1);
    const { path, headers, body } = double.received[0] ?? { path: '', headers: {}, body: '' };
    expect(path).toBe(`/api/v3/repos/acme/tools/statuses/${COMMIT}`);
    expect(headers['authorization']).toBe('Bearer canary-token');
    expect(headers['user-agent']).toMatch(/^mcpform\//);
    expect(JSON.parse(body)).toEqual({ state: 'success', description: 'In sync', context: 'mcpform/tools' });
  });

  it('is posted again only when it says something else, whatever passes are made', async () => {
    for (let pass = 0; pass < 50; pass += 1) observer.passed(report(), at(COMMIT));
    await arrived(1);
    for (let pass = 0; pass < 50; pass += 1) observer.passed(report(), at(COMMIT));
    observer.passed(report(), at(COMMIT, { message: '/home/ada/secret' }));
    await arrived(2);
    observer.passed(report(), at('b'.repeat(40), { message: '/home/ada/secret' }));
    await arrived(3);
    expect(said()).toMatchObject([
      { state: 'success', description: 'In sync' },
      { state: 'failure', description: 'Apply failed' },
      { state: 'failure', description: 'Apply failed' },
    ]);
    expect(JSON.stringify(said())).not.toContain('ada');
  });

  it('is not posted for a drift that was put back', async () => {
    for (const reason of ['InSync', 'Applied', 'InSync', 'Applied'] as const) {
      observer.changed([], at(COMMIT, { ...RECOVERED, reason }));
      await arrived(1);
    }
    observer.passed(report(), at('b'.repeat(40)));
    await arrived(2);
    expect(double.received.map(({ path }) => path.slice(-4))).toEqual([COMMIT.slice(-4), 'bbbb']);
  });

  it('says what stands still and how much is contended or suspended, in 140 characters', async () => {
    const stalled = condition({ type: 'Stalled', status: 'True', reason: 'HistoryRewritten' });
    const contention = { address: 'a', since: '', pointers: [], suspects: [] };
    observer.changed([], {
      ...at(COMMIT),
      conditions: [condition(), stalled],
      contended: { a: contention, b: contention },
      suspended: { '*': { since: '' } },
    });
    await arrived(1);
    expect(said()).toMatchObject([{ description: 'History rewritten, 2 contended, 1 suspended' }]);
  });

  it('is tried again when GitHub is down, and given up when it takes no more', async () => {
    double.answer(502, 502);
    observer.passed(report(), at(COMMIT));
    await arrived(3);
    double.answer(422);
    observer.passed(report(), at('c'.repeat(40)));
    await arrived(4);
    observer.passed(report(), at('c'.repeat(40)));
    await expect.poll(() => problems).toHaveLength(2);
    expect(problems.join()).toMatch(/status 502.*status 422/);
    expect(problems.join()).not.toContain('canary');
    expect(double.received).toHaveLength(4);
  });

  it('is said of no folder, and of nothing that is not a commit', async () => {
    observer.passed(report(), loopState({ conditions: [condition()] }));
    observer.passed(report(), at('../../../user'));
    observer.passed(report(), at(COMMIT));
    await arrived(1);
    expect(double.received[0]?.path).toContain(COMMIT);
  });

  it.each(['tools', 'a/b/c', '../x', 'a/..', 'a b/c', 'a/b?x'])(
    'is for no repository called %s',
    (repository) => {
      const system = realSystem({});
      expect(() => commitStatus(settings({ repository }), { system })).toThrow(/OWNER\/NAME/);
    },
  );
});
