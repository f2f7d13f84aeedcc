import { McpformError } from '../model/error.ts';
import type { PassFailure, Reason, Revision } from './model.ts';
import { shownInRepository } from './source/shown-in-repository.ts';

/** What a failure of a pass means for the loop: why it failed, and whether trying again can help. */
export function passFailure(error: McpformError): PassFailure {
  if (error.code === 'SOURCE_UNSIGNED' && / is not signed$/.test(error.message)) {
    return { error, reason: 'SignatureMissing', isTerminal: true };
  }
  const [, reason, isTerminal] = KINDS.find(([pattern]) => pattern.test(error.code)) ?? FALLBACK;
  return { error, reason, isTerminal };
}

/** The first that matches counts. */
const KINDS: readonly (readonly [RegExp, Reason, boolean])[] = [
  [/^SOURCE_UNAVAILABLE$/, 'SourceUnavailable', false],
  [/^SOURCE_TOO_OLD$/, 'SourceTooOld', true],
  [/^SOURCE_TOO_NEW$/, 'SourceTooNew', false],
  [/^SOURCE_UNSIGNED$/, 'SignatureUntrusted', true],
  [/^SOURCE_HISTORY_REWRITTEN$/, 'HistoryRewritten', true],
  [/^(?:SOURCE|MANIFEST|YAML|LOCK|GRAPH|VARIABLE)_/, 'SourceInvalid', true],
  [/^PLAN_(?:EMPTY|MASS_DELETE|DATA_LOSS)$/, 'MassDelete', true],
  [/^POLICY_/, 'PolicyDenied', true],
  [/^(?:NOT_APPROVED|PLAN_STALE|PLAN_EXCEEDS_APPROVAL)$/, 'ApprovalNeeded', true],
  [/^STACK_ON_HOLD$/, 'OnHold', true],
  [/^STATE_LOCKED$/, 'ApplyFailed', false],
  [/^STATE_/, 'BooksUnusable', true],
];

const FALLBACK: (typeof KINDS)[number] = [/^/, 'ApplyFailed', false];

/** A bug ends the process; what the world said no to does not end the loop. */
export function asFailure(error: unknown, revision: Revision | null = null): PassFailure {
  if (!(error instanceof McpformError)) throw error;
  return passFailure(revision === null ? error : shownInRepository(error, revision));
}
