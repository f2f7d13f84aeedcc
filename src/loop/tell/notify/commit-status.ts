import type { Context } from '../../../model/context.ts';
import { McpformError } from '../../../model/error.ts';
import type { SecretValue } from '../../../model/secret.ts';
import type { LoopState, Observer } from '../../model.ts';
import { startCourier } from './deliver.ts';
import type { NotifySettings } from './notifier.ts';
import { type PostSettings, post, sinkUrl } from './post.ts';
import { reportTo } from './report-to.ts';

export interface CommitStatusSettings
  extends PostSettings,
    Pick<NotifySettings, 'onProblem' | 'onDelivery' | 'random'> {
  /** `https://api.github.com`, or `https://HOST/api/v3`. */
  readonly api: string;
  /** `OWNER/NAME`. */
  readonly repository: string;
  /** May write commit statuses, and nothing else. */
  readonly token: SecretValue;
  /** What GitHub shows beside the status; each machine that reports wants its own: `mcpform/tools`. */
  readonly context: string;
}

/**
 * Says on the commit how far this machine is with it. Only when that is another than said last: GitHub takes 1,000
 * statuses for each commit and context. It says reasons and no messages: those may hold paths, and a repository may
 * be public. Throws LOOP_SINK_INVALID.
 */
export function commitStatus(settings: CommitStatusSettings, ctx: Pick<Context, 'system'>): Observer {
  const { context, token, repository } = settings;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(repository)) {
    throw new McpformError('LOOP_SINK_INVALID', 'the repository for commit statuses is not OWNER/NAME');
  }
  const api = sinkUrl('the API for commit statuses', settings.api, settings);
  const report = reportTo(`commit status at ${api.host}`, settings);
  const { random } = settings;
  let wanted: Status | null = null;
  let said: Status | null = null;
  const courier = startCourier<Status>(
    {
      next: () => (wanted === null ? null : { item: wanted, dueMs: Number.NEGATIVE_INFINITY }),
      send: ({ commit, state, description }, signal) => {
        const url = new URL(`${api.href.replace(/\/$/, '')}/repos/${repository}/statuses/${commit}`);
        const headers = {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token.reveal()}`,
          'x-github-api-version': '2022-11-28',
        };
        const body = JSON.stringify({ state, description, context });
        return post({ url, headers, body, signal }, settings, ctx);
      },
      settled: (status, delivery) => {
        if (delivery.kind !== 'later') {
          said = status;
          if (wanted !== null && isSame(wanted, status)) wanted = null;
        }
        report(delivery);
      },
      ...(random === undefined ? {} : { random }),
    },
    ctx,
  );
  const look = (state: LoopState): void => {
    const status = statusOf(state);
    wanted = status === null || (said !== null && isSame(status, said)) ? null : status;
    if (wanted !== null) courier.wake();
  };
  return {
    passed: (_report, state) => look(state),
    changed: (_transitions, state) => look(state),
    close: () => courier.close(),
  };
}

interface Status {
  readonly commit: string;
  readonly state: 'success' | 'failure' | 'pending';
  /** At most 140 characters: GitHub refuses more. */
  readonly description: string;
}

function isSame(a: Status, b: Status): boolean {
  return a.commit === b.commit && a.state === b.state && a.description === b.description;
}

function statusOf({ lastAttempted, conditions, contended, suspended }: LoopState): Status | null {
  const commit = lastAttempted?.commit ?? null;
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (commit === null || !/^[0-9a-f]{40,64}$/.test(commit) || ready === undefined) return null;
  const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
  const state = ready.status === 'True' ? 'success' : ready.status === 'False' ? 'failure' : 'pending';
  const words = [
    wordsOf(stalled?.reason ?? ready.reason),
    countOf(Object.keys(contended).length, 'contended'),
    countOf(Object.keys(suspended).length, 'suspended'),
  ].filter((text) => text !== '');
  return { commit, state, description: words.join(', ').slice(0, 140) };
}

/** `ApplyFailed`: apply failed. What was just put right is right: each drift would else be two statuses more. */
function wordsOf(reason: string): string {
  return (reason === 'Applied' ? 'InSync' : reason).replace(
    /(?<=[a-z])[A-Z]/g,
    (letter) => ` ${letter.toLowerCase()}`,
  );
}

function countOf(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}`;
}
