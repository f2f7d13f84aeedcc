import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../../src/action/read-event.ts';
import { McpformError } from '../../src/model/error.ts';

/** The parsed file of one event; a new one each time, so that a test may spoil it. */
function payloadOf(file: string): Record<string, never> {
  return JSON.parse(readFileSync(`${import.meta.dirname}/events/${file}.json`, 'utf8'));
}

const HELLO = {
  GITHUB_REPOSITORY: 'Codertocat/Hello-World',
  GITHUB_REPOSITORY_ID: '186853002',
  GITHUB_REF: 'refs/heads/master',
  GITHUB_SHA: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
};
const hello = { id: 186853002, owner: 'Codertocat', name: 'Hello-World' };

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof McpformError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken';
}

describe('the event of a run', () => {
  it('reads a push', () => {
    expect(readEvent('push', payloadOf('push'), HELLO)).toEqual({
      kind: 'push',
      repository: hello,
      defaultBranch: 'master',
      ref: 'refs/heads/master',
      branch: 'master',
      before: 'e5bd3914e2e596debea16f433f57875b5b90bcd6',
      after: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
      isForced: false,
    });
  });

  it('knows a tag from a branch, and a new or deleted branch by its commit of zeros', () => {
    const nothing = '0'.repeat(40);
    const event = { ...payloadOf('push'), ref: 'refs/tags/v1', before: nothing, after: nothing };
    expect(readEvent('push', event, HELLO)).toMatchObject({ branch: null, before: null, after: null });
  });

  it('reads a pull request of the repository itself, open and changed', () => {
    expect(readEvent('pull_request', payloadOf('pull-request-opened'), HELLO)).toEqual({
      kind: 'pull-request',
      repository: hello,
      defaultBranch: 'master',
      action: 'opened',
      isFork: false,
      pull: {
        number: 2,
        state: 'open',
        isMerged: false,
        mergeCommit: null,
        base: { ref: 'master', sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e', repository: hello },
        head: { ref: 'changes', sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821', repository: hello },
        author: 'Codertocat',
      },
    });
    expect(readEvent('pull_request', payloadOf('pull-request-synchronize'), HELLO)).toMatchObject({
      action: 'synchronize',
      pull: { isMerged: false },
    });
  });

  it('says of a closed pull request whether it was merged, and as what', () => {
    expect(readEvent('pull_request', payloadOf('pull-request-closed'), HELLO)).toMatchObject({
      action: 'closed',
      pull: { state: 'closed', isMerged: true, mergeCommit: 'c4295bd74fb0f4fda03689c3df3f2803b658fd85' },
    });
  });

  it('knows a fork by the id of its repository, and a fork that is gone', () => {
    const event = readEvent('pull_request', payloadOf('pull-request-fork'), HELLO);
    expect(event).toMatchObject({
      isFork: true,
      pull: {
        head: {
          ref: '$(curl${IFS}example.com)`id`"<!--mcpform:plan:tools-->',
          repository: { id: 399999999 },
        },
      },
    });
    const gone = JSON.parse(JSON.stringify(payloadOf('pull-request-fork')));
    gone.pull_request.head.repo = null;
    expect(readEvent('pull_request', gone, HELLO)).toMatchObject({
      isFork: true,
      pull: { head: { repository: null } },
    });
    const named = JSON.parse(JSON.stringify(payloadOf('pull-request-fork')));
    Object.assign(named.pull_request.head.repo, {
      fork: false,
      full_name: 'Codertocat/Hello-World',
      owner: named.repository.owner,
    });
    expect(readEvent('pull_request', named, HELLO)).toMatchObject({ isFork: true });
  });

  it('reads a finished run, and leaves out the pull requests of other repositories', () => {
    expect(readEvent('workflow_run', payloadOf('workflow-run'), HELLO)).toMatchObject({
      kind: 'workflow-run',
      action: 'completed',
      cause: 'pull_request',
      path: '.github/workflows/plan.yml',
      isFork: false,
      pulls: [2],
    });
    expect(readEvent('workflow_run', payloadOf('workflow-run-fork'), HELLO)).toMatchObject({
      isFork: true,
      head: { branch: '$(id)`id`', repository: { id: 399999999, owner: 'mallory' } },
      pulls: [],
    });
    const gone = spoil(payloadOf('workflow-run-fork'), 'workflow_run.head_repository', null);
    expect(readEvent('workflow_run', gone, HELLO)).toMatchObject({
      isFork: true,
      head: { repository: null },
    });
  });

  it('takes commit and ref of what no commit started from the runner', () => {
    const { GITHUB_REF: ref, GITHUB_SHA: commit } = HELLO;
    const schedule = { kind: 'schedule', repository: hello, ref, commit };
    expect(readEvent('schedule', payloadOf('schedule'), HELLO)).toEqual(schedule);
    expect(readEvent('schedule', { schedule: '17 3 * * *' }, HELLO)).toEqual(schedule);
    expect(readEvent('workflow_dispatch', payloadOf('workflow-dispatch'), HELLO)).toEqual({
      ...schedule,
      kind: 'dispatch',
      defaultBranch: 'master',
    });
  });

  it('reads a merge group', () => {
    expect(readEvent('merge_group', payloadOf('merge-group'), HELLO)).toMatchObject({
      kind: 'merge-group',
      base: { ref: 'refs/heads/master', sha: '380387fbc80638b734a49e1be1c4dfec1c01b33c' },
      head: { sha: '2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d' },
    });
  });
});

describe('an event that is not as it must be', () => {
  it.each(['pull_request_target', 'issue_comment', '__proto__', 'constructor', 'x\u001b[31m\n::error::'])(
    'is not taken when nobody reads that kind: %j',
    (name) => {
      const refusal = refusalOf(() => readEvent(name, {}, HELLO));
      expect(refusal).toMatch(/^GITHUB_EVENT_UNSUPPORTED: /);
      expect(refusal).not.toMatch(/[\u001b\n]/);
    },
  );

  /** Every field that is read, by its path: without it, and with each other kind of value, the event is refused. */
  it.each([
    ['push', 'push', ['ref', 'before', 'after', 'forced', 'repository', 'repository.id', 'repository.name']],
    ['push', 'push', ['repository.owner', 'repository.owner.login', 'repository.default_branch']],
    ['pull_request', 'pull-request-opened', ['action', 'pull_request', 'pull_request.number']],
    ['pull_request', 'pull-request-opened', ['pull_request.state', 'pull_request.base', 'pull_request.head']],
    ['pull_request', 'pull-request-opened', ['pull_request.base.ref', 'pull_request.base.sha']],
    ['pull_request', 'pull-request-opened', ['pull_request.base.repo', 'pull_request.base.repo.id']],
    ['pull_request', 'pull-request-opened', ['pull_request.head.ref', 'pull_request.head.sha']],
    ['merge_group', 'merge-group', ['action', 'merge_group', 'merge_group.base_sha', 'merge_group.head_ref']],
    ['workflow_run', 'workflow-run', ['workflow_run', 'workflow_run.id', 'workflow_run.event']],
    ['workflow_run', 'workflow-run', ['workflow_run.head_sha', 'workflow_run.pull_requests']],
  ])('names the field of a %s: %s %j', (name, file, paths) => {
    for (const path of paths) {
      for (const value of [17.5, -1, 'x\u001b[31m', { length: 1 }]) {
        const refusal = refusalOf(() => readEvent(name, spoil(payloadOf(file), path, value), HELLO));
        if (refusal !== 'taken')
          expect(refusal).toMatch(
            new RegExp(`^GITHUB_EVENT_INVALID: .*"${path.split('.')[0]}|^GITHUB_ADDRESS_INVALID: "`),
          );
      }
      const isKnownAbsent = path === 'before' || path === 'after';
      const missing = refusalOf(() => readEvent(name, spoil(payloadOf(file), path, undefined), HELLO));
      if (!isKnownAbsent) expect(missing).toMatch(`"${path}"`);
    }
  });

  it.each([
    'HEAD',
    'main',
    '6113728',
    `${'a'.repeat(40)}\n`,
    'g'.repeat(40),
    '--upload-pack=x',
    'a'.repeat(41),
  ])('takes no commit but one written out: %j', (sha) => {
    const refusal = refusalOf(() => readEvent('push', spoil(payloadOf('push'), 'after', sha), HELLO));
    expect(refusal).toBe(
      'GITHUB_EVENT_INVALID: the event `push`: "after" is not a commit id of 40 or 64 hexadecimal digits',
    );
  });

  it('takes a commit of SHA-256, and digits in upper case as the same', () => {
    const long = 'AB'.repeat(32);
    const event = readEvent('push', spoil(payloadOf('push'), 'after', long), HELLO);
    expect(event).toMatchObject({ after: long.toLowerCase() });
  });

  it.each([null, undefined, [], 'push', 7, true])('takes no payload that is %j', (payload) => {
    expect(refusalOf(() => readEvent('push', payload, HELLO))).toBe(
      'GITHUB_EVENT_INVALID: the event `push`: it is not an object',
    );
  });

  it('inherits no field from what every object has', () => {
    const event = spoil(payloadOf('push'), 'ref', undefined);
    Object.setPrototypeOf(event, { ref: 'refs/heads/main' });
    expect(refusalOf(() => readEvent('push', event, HELLO))).toMatch('"ref" is not a text');
  });

  it('must be of the repository that the runner names, by its id', () => {
    const other = { ...HELLO, GITHUB_REPOSITORY_ID: '5' };
    expect(refusalOf(() => readEvent('push', payloadOf('push'), other))).toMatch(
      '"repository.id" is not that of `GITHUB_REPOSITORY_ID`',
    );
  });

  it('must have the repository as the base of its pull request', () => {
    const event = spoil(payloadOf('pull-request-opened'), 'pull_request.base.repo.id', 5);
    expect(refusalOf(() => readEvent('pull_request', event, HELLO))).toMatch('"pull_request.base.repo.id"');
  });

  it.each([
    [{ GITHUB_REPOSITORY: undefined }, '"GITHUB_REPOSITORY" is not a text'],
    [{ GITHUB_REPOSITORY: 'a/b/c' }, '"GITHUB_REPOSITORY" is not OWNER/NAME'],
    [{ GITHUB_REPOSITORY: 'a/..' }, 'GITHUB_ADDRESS_INVALID: "a/.." is not a repository of GitHub'],
    [{ GITHUB_REPOSITORY: 'a b/c' }, 'GITHUB_ADDRESS_INVALID: "a b/c"'],
    [{ GITHUB_REPOSITORY_ID: '1e3' }, '"GITHUB_REPOSITORY_ID" is not a whole number from 1'],
    [{ GITHUB_SHA: 'HEAD' }, '"GITHUB_SHA" is not a commit id'],
    [{ GITHUB_REF: undefined }, '"GITHUB_REF" is not a text'],
  ])('says which variable of the runner is wrong: %j', (change, words) => {
    expect(refusalOf(() => readEvent('schedule', payloadOf('schedule'), { ...HELLO, ...change }))).toMatch(
      words,
    );
  });
});

/** The same payload with another value at one place; undefined takes it away. */
function spoil(payload: object, path: string, value: unknown): object {
  const copy = JSON.parse(JSON.stringify(payload));
  const keys = path.split('.');
  const last = keys.pop() as string;
  const holder = keys.reduce((at, key) => at[key], copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
