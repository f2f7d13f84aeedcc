import { escapeText } from '../formats/escape.ts';
import type { Plan } from '../model/plan.ts';
import { commentMarker } from './comment-marker.ts';
import { type CommentInput, renderComment } from './github-comment.ts';
import { link } from './markdown-code.ts';

/** The issue of a stack that is open as long as there is drift. */
export interface DriftIssue {
  /** By which it is found again, beside the stack's comment. */
  readonly marker: string;
  readonly title: string;
  readonly body: string;
}

/** `drift` is a plan of what would put it right. */
export function renderDriftIssue(drift: Plan, { label, ...input }: Omit<CommentInput, 'plans'>): DriftIssue {
  const own = `drift:${label}`;
  return {
    marker: commentMarker(own),
    title: `Drift: ${escapeText(drift.stack)} (${escapeText(label)})`.slice(0, 200),
    body: renderComment({ ...input, label: own, plans: [{ plan: drift, file: label }] }),
  };
}

/** What is said when it is closed; `run` is where that was found out. */
export function renderNoDrift(run: string | undefined): string {
  return `No drift any more.${run === undefined ? '' : ` ${link('Run', run)}`}`;
}
