import { concealJson } from '../formats/conceal-json.ts';
import type { Conceal } from '../model/conceal.ts';
import type { Outcome } from '../model/event.ts';

/** The outcome with no secret in what it says of an error and in its findings. */
export function concealOutcome(outcome: Outcome, conceal: Conceal): Outcome {
  const { error, findings } = outcome;
  const shown = { ...outcome, findings: concealJson(findings, conceal) };
  return error === undefined
    ? shown
    : { ...shown, error: { ...concealJson(error, conceal), code: error.code } };
}
