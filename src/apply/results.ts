import { McpformError } from '../model/error.ts';
import type { Outcome, Result } from '../model/event.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Begin, End } from '../model/journal.ts';
import { digestWhole } from '../model/leaves.ts';
import type { Performed, Work } from '../model/provider.ts';
import type { Observed } from '../model/resource.ts';

/** What became of one step, and what is to be recorded of it. */
export interface Verdict {
  readonly outcome: Omit<Outcome, 'durationMs'>;
  /** Null: not known, or not undone. It stays begun, and the next run settles it by looking. */
  readonly end: End | null;
}

/** A step that was performed, or that needed nothing but to be recorded. */
export function doneVerdict(
  work: Work,
  operation: string,
  performed: Pick<Performed, 'observed' | 'findings'>,
  digest: (text: string) => string,
): Verdict {
  const { step, record } = work;
  const { observed, findings } = performed;
  const whole = observed === null ? step.precondition : digestWhole(observed.attributes, digest);
  return {
    outcome: { ...about(work), result: 'done', findings },
    end: {
      ...{ operation, address: step.address, result: 'done' as const },
      entry: record === null ? null : { ...record, whole, ...idOf(observed) },
      ...(step.previousAddress === undefined ? {} : { previousAddress: step.previousAddress }),
    },
  };
}

function idOf(observed: Observed | null): Pick<InventoryEntry, 'objectId'> {
  return observed?.id === undefined ? {} : { objectId: observed.id };
}

/** A step that was not performed, or was undone. */
export function failedVerdict(
  work: Work,
  begin: Begin,
  result: 'failed' | 'rolledBack',
  performed: Pick<Performed, 'error' | 'findings'>,
): Verdict {
  const { operation, address } = begin;
  const error = performed.error ?? bug(`${work.step.action} of "${address}" failed without saying why`);
  return {
    outcome: { ...about(work), result, error, findings: performed.findings },
    end: { operation, address, result },
  };
}

/** A step of which nobody knows, or can say for sure, what it left. */
export function openVerdict(
  work: Work,
  error: NonNullable<Outcome['error']>,
  findings: Outcome['findings'],
): Verdict {
  return { outcome: { ...about(work), result: 'failed', error, findings }, end: null };
}

export function about({ step }: Work): Pick<Outcome, 'address' | 'action'> {
  return { address: step.address, action: step.action };
}

export function notDone(
  work: Work,
  result: Exclude<Result, 'done'>,
  error: NonNullable<Outcome['error']>,
): Outcome {
  return { ...about(work), result, error, findings: [], durationMs: 0 };
}

/** An exception as an outcome's error. Anything but a failure of the world is a bug of whoever threw it. */
export function errorOf(thrown: unknown): NonNullable<Outcome['error']> {
  if (!(thrown instanceof McpformError))
    return bug(thrown instanceof Error ? thrown.message : String(thrown));
  const { code, message, hint } = thrown;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

export function bug(message: string): NonNullable<Outcome['error']> {
  return { code: 'APPLY_BUG', message, hint: 'run the command again; it looks at what was done' };
}
