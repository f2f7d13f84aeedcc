import type { Outcome } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type { Ran } from './run-mcpform.ts';

/** What became of the steps of an apply; empty where none was started. */
export function outcomesOf({ documents }: Ran): readonly Outcome[] {
  const outcomes = documents.find(({ kind }) => kind === 'run.finished')?.['outcomes'];
  return Array.isArray(outcomes) ? (outcomes as unknown as Outcome[]) : [];
}

/** Those that failed, as findings, which annotations are made of. */
export function failures(outcomes: readonly Outcome[]): readonly Finding[] {
  return outcomes.flatMap(({ address, error }) =>
    error === undefined
      ? []
      : [
          {
            ...{
              code: error.code,
              severity: 'error' as const,
              address,
              message: `${address}: ${error.message}`,
            },
            ...(error.hint === undefined ? {} : { hint: error.hint }),
          },
        ],
  );
}
