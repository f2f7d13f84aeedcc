import { McpformError } from '../model/error.ts';
import type { Event } from './event.ts';

export interface Ref {
  /** The branch that people merge into, without `refs/heads/`. */
  readonly branch: string;
  readonly commit: string;
  /** Where the branch stood before; null where the event does not say. */
  readonly before: string | null;
}

/** What an apply is about. Throws ACTION_EVENT_UNSUITED where it would apply what nobody has merged. */
export function refOf(event: Event): Ref {
  switch (event.kind) {
    case 'push':
      if (event.branch === event.defaultBranch && event.after !== null) {
        return { branch: event.branch, commit: event.after, before: event.before };
      }
      throw unsuited(`the push was to ${event.ref}, not to ${event.defaultBranch}`);
    case 'schedule':
      // GitHub starts these on the default branch alone.
      return { branch: withoutHeads(event.ref), commit: event.commit, before: null };
    case 'dispatch':
      if (event.ref === `refs/heads/${event.defaultBranch}`) {
        return { branch: event.defaultBranch, commit: event.commit, before: null };
      }
      throw unsuited(`the workflow was started on ${event.ref}, not on ${event.defaultBranch}`);
    case 'pull-request':
    case 'workflow-run':
    case 'merge-group':
      throw unsuited('what it brings is not merged yet');
  }
}

function withoutHeads(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}

function unsuited(why: string): McpformError {
  return new McpformError('ACTION_EVENT_UNSUITED', `nothing is applied: ${why}`, {
    hint: 'apply on pushes to the default branch; `approval: none` is for runners that are thrown away',
  });
}
