import type { Context } from '../model/context.ts';
import type { Begin } from '../model/journal.ts';
import type { Performed, Provider, Work } from '../model/provider.ts';
import { bug, doneVerdict, errorOf, failedVerdict, openVerdict, type Verdict } from './results.ts';
import { hasTakenEffect } from './sides.ts';

/**
 * Has a provider perform the steps of one group, and undo what went half-way. One verdict per step, in order. A
 * provider that throws, or answers something else than it was asked, leaves its steps open.
 */
export async function performGroup(
  group: readonly Work[],
  begins: readonly Begin[],
  provider: Provider,
  ctx: Context,
): Promise<readonly Verdict[]> {
  const performed = await performOrCatch(group, begins, provider, ctx);
  const verdicts: Verdict[] = [];
  for (const [index, work] of group.entries()) {
    const one = Array.isArray(performed) ? (performed[index] as Performed) : null;
    if (one === null) verdicts.push(openVerdict(work, errorOf(performed), []));
    else verdicts.push(await judge({ work, begin: begins[index] as Begin, performed: one, provider }, ctx));
  }
  return verdicts;
}

async function performOrCatch(
  group: readonly Work[],
  begins: readonly Begin[],
  provider: Provider,
  ctx: Context,
): Promise<readonly Performed[] | Error> {
  const named = group.map((work, index) => ({ ...work, operation: (begins[index] as Begin).operation }));
  try {
    const performed = await provider.perform(named, ctx);
    const isWhole =
      performed.length === group.length &&
      performed.every(({ address }, index) => address === group[index]?.step.address);
    return isWhole
      ? performed
      : new Error(`provider "${provider.name}" answered for other steps than it was given`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface Case {
  readonly work: Work;
  readonly begin: Begin;
  readonly performed: Performed;
  readonly provider: Provider;
}

async function judge({ work, begin, performed, provider }: Case, ctx: Context): Promise<Verdict> {
  switch (performed.result) {
    case 'done':
      if (work.record !== null && performed.observed === null) {
        return openVerdict(work, bug(`"${begin.address}" is done, but not there`), performed.findings);
      }
      return doneVerdict(work, begin.operation, performed, ctx.digest);
    case 'rolledBack':
      return failedVerdict(work, begin, 'rolledBack', performed);
    case 'failed': {
      if (performed.isOpen === true) {
        const error = performed.error ?? bug(`"${begin.address}" failed without saying why`);
        return openVerdict(work, error, performed.findings);
      }
      if (!hasTakenEffect(begin, performed.observed, ctx.digest)) {
        return failedVerdict(work, begin, 'failed', performed);
      }
      return undo({ work, begin, performed, provider }, ctx);
    }
  }
}

/** Puts the old thing back, if the provider can. If not, the step stays open: what it left is ours to settle. */
async function undo({ work, begin, performed, provider }: Case, ctx: Context): Promise<Verdict> {
  const error = performed.error ?? bug(`"${begin.address}" failed without saying why`);
  if (provider.compensate === undefined) return openVerdict(work, error, performed.findings);
  try {
    await provider.compensate(work, ctx);
    return failedVerdict(work, begin, 'rolledBack', performed);
  } catch (thrown) {
    const why = `${error.message}; undoing it failed too: ${errorOf(thrown).message}`;
    return openVerdict(work, { ...error, code: 'APPLY_UNDO_FAILED', message: why }, performed.findings);
  }
}
