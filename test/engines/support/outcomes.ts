import type { Event, Outcome } from '../../../src/model/event.ts';
import type { Ran } from '../../support/run.ts';

/** What `apply --json` says became of each step, by address; images by their names alone. */
export function outcomesOf({ stdout }: Ran): Readonly<Record<string, Outcome>> {
  const events = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Event => JSON.parse(line));
  const last = events.findLast((event) => event.kind === 'run.finished');
  if (last === undefined) throw new Error(`the run did not finish:\n${stdout}`);
  return Object.fromEntries(
    last.outcomes.map((outcome) => [
      outcome.address.replace(/\/image\/.*\/([^/@]+)@.*/, '/image/$1'),
      outcome,
    ]),
  );
}

/** The same in a word or two: `done`, `failed ENGINE_PORT_TAKEN`. */
export function resultsOf(ran: Ran): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(outcomesOf(ran)).map(([address, { result, error }]) => [
      address,
      error === undefined ? result : `${result} ${error.code}`,
    ]),
  );
}
