import { McpformError } from '../../../model/error.ts';
import type { Failure } from '../../../model/event.ts';
import type { Finding } from '../../../model/finding.ts';
import type { Performed, Work } from '../../../model/provider.ts';
import type { Observed } from '../../../model/resource.ts';

/** A failure of the world that has more to say than an error can: what a container wrote last. */
export class StepFailure extends McpformError {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code, failure.message, failure.hint === undefined ? {} : { hint: failure.hint });
    this.failure = failure;
  }
}

export function done(
  { step }: Work,
  observed: Observed | null,
  findings: readonly Finding[] = [],
): Performed {
  return { address: step.address, result: 'done', observed, findings };
}

/** Nothing was changed, or nothing is left of it. */
export function failed({ step }: Work, error: Failure): Performed {
  return { address: step.address, result: 'failed', observed: null, error, findings: [] };
}

/** What was there before is there again. */
export function rolledBack({ step }: Work, error: Failure, observed: Observed | null): Performed {
  return { address: step.address, result: 'rolledBack', observed, error, findings: [] };
}

/** Neither as before nor as wanted, or nobody knows: the next run goes on from here. */
export function leftOpen(work: Work, error: Failure, undoing: unknown): Performed {
  const { message } = failureOf(undoing);
  const also = message === error.message ? '' : `; putting back what was there failed, too: ${message}`;
  const hint = 'apply again: it goes on from there';
  return { ...failed(work, { hint, ...error, message: `${error.message}${also}` }), isOpen: true };
}

/**
 * Makes a change that an engine takes as a whole. Where it refuses, nothing was done; where it says nothing, nobody
 * knows.
 */
export async function inOneCall(work: Work, change: () => Promise<Performed>): Promise<Performed> {
  try {
    return await change();
  } catch (error) {
    const failure = failureOf(error);
    return isSilence(failure) ? leftOpen(work, failure, error) : failed(work, failure);
  }
}

/** Whether an engine did not answer: whatever it was asked for may be done, or still come. */
export function isSilence({ code }: Pick<Failure, 'code'>): boolean {
  return code === 'ENGINE_UNAVAILABLE' || code === 'ENGINE_TIMEOUT';
}

/** What the world said. Anything else is a bug, and thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof StepFailure) return error.failure;
  if (!(error instanceof McpformError)) throw error;
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

export function moved({ step }: Work): McpformError {
  return new McpformError('ENGINE_PLACE_MOVED', `"${step.address}" is no longer what the plan was made on`, {
    hint: 'plan again',
  });
}
