import { escapeText } from '../formats/escape.ts';
import { McpformError } from '../model/error.ts';
import type { Event, PullRequestEvent, PushEvent, WorkflowRunEvent } from './event.ts';
import type { PullEnd, Repository } from './github/github.ts';
import { readPull, readRepository } from './github/read-pull.ts';
import { checkSlug } from './github/slug.ts';
import { type Fields, type Refuse, readFields } from './read-fields.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The event of this run: `GITHUB_EVENT_NAME`, the parsed file at `GITHUB_EVENT_PATH`, and the variables of the runner.
 * Throws GITHUB_EVENT_UNSUPPORTED, and GITHUB_EVENT_INVALID with the name of what is missing or not as it must be.
 */
export function readEvent(name: string, payload: unknown, env: Env): Event {
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (read === undefined) throw unsupported(name);
  const top = readFields(payload, '', refuseOf(name));
  return read(top, env, refuseOf(name));
}

type Reader = (top: Fields, env: Env, refuse: Refuse) => Event;

const READERS: Readonly<Record<string, Reader>> = {
  push: readPush,
  pull_request: readPullRequest,
  merge_group: (top, env, refuse) => {
    const group = top.fields('merge_group');
    const endOf = (side: string): PullEnd => ({
      ref: group.text(`${side}_ref`),
      sha: group.commit(`${side}_sha`),
    });
    const repository = repositoryOf(top, env, refuse);
    return {
      kind: 'merge-group',
      repository,
      action: top.text('action'),
      base: endOf('base'),
      head: endOf('head'),
    };
  },
  workflow_run: readWorkflowRun,
  schedule: (top, env, refuse) => ({ kind: 'schedule', ...whereOf(top, env, refuse) }),
  workflow_dispatch: (top, env, refuse) => ({
    kind: 'dispatch',
    ...whereOf(top, env, refuse),
    defaultBranch: top.fields('repository').text('default_branch'),
  }),
};

function readPush(top: Fields, env: Env, refuse: Refuse): PushEvent {
  const ref = top.text('ref');
  return {
    kind: 'push',
    repository: repositoryOf(top, env, refuse),
    defaultBranch: top.fields('repository').text('default_branch'),
    ref,
    branch: ref.startsWith(HEADS) ? ref.slice(HEADS.length) : null,
    before: top.commitOrNull('before'),
    after: top.commitOrNull('after'),
    isForced: top.flag('forced'),
  };
}

const HEADS = 'refs/heads/';

function readPullRequest(top: Fields, env: Env, refuse: Refuse): PullRequestEvent {
  const repository = repositoryOf(top, env, refuse);
  const pull = readPull(top.fields('pull_request'));
  if (pull.base.repository.id !== repository.id)
    refuse('pull_request.base.repo.id', 'that of this repository');
  return {
    kind: 'pull-request',
    repository,
    defaultBranch: top.fields('repository').text('default_branch'),
    action: top.text('action'),
    pull,
    isFork: pull.head.repository?.id !== repository.id,
  };
}

function readWorkflowRun(top: Fields, env: Env, refuse: Refuse): WorkflowRunEvent {
  const repository = repositoryOf(top, env, refuse);
  const run = top.fields('workflow_run');
  const fork = run.fieldsOrNull('head_repository');
  const head = fork === null ? null : readRepository(fork);
  // The same head can be in pull requests of other repositories, which are not ours to comment on.
  const pulls = run
    .list('pull_requests')
    .filter((pull) => pull.fields('base').fields('repo').count('id') === repository.id);
  return {
    kind: 'workflow-run',
    repository,
    defaultBranch: top.fields('repository').text('default_branch'),
    action: top.text('action'),
    runId: run.count('id'),
    path: run.textOrNull('path'),
    cause: run.text('event'),
    conclusion: run.textOrNull('conclusion'),
    head: { branch: run.textOrNull('head_branch'), sha: run.commit('head_sha'), repository: head },
    isFork: head?.id !== repository.id,
    pulls: pulls.map((pull) => pull.count('number')),
  };
}

/** What runs at no commit of the event's own runs at what the runner says. */
function whereOf(
  top: Fields,
  env: Env,
  refuse: Refuse,
): { repository: Repository; ref: string; commit: string } {
  const runner = readFields(env, '', refuse);
  return {
    repository:
      top.fieldsOrNull('repository') === null ? runnersOf(env, refuse) : repositoryOf(top, env, refuse),
    ref: runner.text('GITHUB_REF'),
    commit: runner.commit('GITHUB_SHA'),
  };
}

/** That of the event, which must be the one that the runner names. */
function repositoryOf(top: Fields, env: Env, refuse: Refuse): Repository {
  const repository = readRepository(top.fields('repository'));
  const named = runnersOf(env, refuse);
  checkSlug({ owner: repository.owner, repo: repository.name });
  if (repository.id !== named.id) refuse('repository.id', 'that of `GITHUB_REPOSITORY_ID`');
  return repository;
}

function runnersOf(env: Env, refuse: Refuse): Repository {
  const runner = readFields(env, '', refuse);
  const [owner = '', repo = '', ...more] = runner.text('GITHUB_REPOSITORY').split('/');
  if (more.length > 0) refuse('GITHUB_REPOSITORY', 'OWNER/NAME');
  const slug = checkSlug({ owner, repo });
  const id = runner.text('GITHUB_REPOSITORY_ID');
  if (!/^[1-9]\d{0,15}$/.test(id)) refuse('GITHUB_REPOSITORY_ID', 'a whole number from 1');
  return { id: Number(id), owner: slug.owner, name: slug.repo };
}

function refuseOf(name: string): Refuse {
  return (path, wanted) => {
    const where = path === '' ? 'it' : `"${escapeText(path)}"`;
    throw new McpformError('GITHUB_EVENT_INVALID', `the event \`${name}\`: ${where} is not ${wanted}`);
  };
}

function unsupported(name: string): McpformError {
  const shown = escapeText(name).slice(0, 100);
  const isTarget = name === 'pull_request_target';
  return new McpformError('GITHUB_EVENT_UNSUPPORTED', `the action does not work on the event "${shown}"`, {
    hint: isTarget
      ? "it would give a stranger's pull request a token that writes: use `pull_request`, and `workflow_run` for the comment"
      : 'use `push`, `pull_request`, `merge_group`, `workflow_run`, `schedule` or `workflow_dispatch`',
  });
}
