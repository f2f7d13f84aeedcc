import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Outcome } from '../model/event.ts';
import type { End } from '../model/journal.ts';
import type { Performed, Provider, Work } from '../model/provider.ts';
import { bug, errorOf } from './results.ts';

export interface LastLook {
  /** Outcomes that are other than before, or have more to say. */
  readonly changed: readonly Outcome[];
  /** For what was taken out of the books and is there after all: puts it back into them. */
  readonly ends: readonly End[];
}

/** Has each provider look once more at what it did, all providers at the same time. */
export async function settleAll(
  work: readonly Work[],
  outcomeOf: (address: Address) => Outcome,
  operationOf: (address: Address) => string,
  providerOf: (name: string) => Provider,
  ctx: Context,
): Promise<LastLook> {
  const names = [...new Set(work.map(({ step }) => step.provider))];
  const looks = await Promise.all(
    names.map((name) =>
      look(
        work.filter(({ step }) => step.provider === name),
        providerOf(name),
        ctx,
      ),
    ),
  );
  const seen = looks.flat();
  const changed = seen.map((performed) => merge(outcomeOf(performed.address), performed));
  const lost = changed.filter(({ result, action }) => result !== 'done' && mustGoBack(action));
  const ends = lost.map(({ address }) => ({
    operation: operationOf(address),
    address,
    result: 'failed' as const,
  }));
  return { changed, ends };
}

async function look(work: readonly Work[], provider: Provider, ctx: Context): Promise<readonly Performed[]> {
  if (provider.settle === undefined) return [];
  try {
    return await provider.settle(work, ctx);
  } catch (thrown) {
    const error = bug(`looking again at what was done failed: ${errorOf(thrown).message}`);
    return work.map(({ step }) => ({
      address: step.address,
      result: 'failed',
      observed: null,
      error,
      findings: [],
    }));
  }
}

function merge(outcome: Outcome, { result, error, findings }: Performed): Outcome {
  const all = [...outcome.findings, ...findings];
  if (result === 'done') return { ...outcome, findings: all };
  return { ...outcome, result, error: error ?? bug('it did not stay, and nobody knows why'), findings: all };
}

/**
 * Something that was written and is no longer there is drift, which the books as they are will show. But something
 * that was taken away and is back would be nobody's, if it did not go back into them.
 */
function mustGoBack(action: Outcome['action']): boolean {
  return action === 'delete' || action === 'move';
}
