import type { Context } from '../../model/context.ts';
import type { JsonObject } from '../../model/json.ts';
import { digestWhole } from '../../model/leaves.ts';
import type { Performed, Work } from '../../model/provider.ts';
import { honoursLocks } from './client-version.ts';
import { type Group, writtenGroup } from './group.ts';
import { creation, isAcross, performGroup, removal, resultsOf } from './perform.ts';
import { planEdits, type Verdict } from './plan-edits.ts';
import { readConfig } from './read-config.ts';
import { contended } from './write-group.ts';
import { kindOfConfig } from './write-target.ts';

/** When to look again after a write, from its end. */
const SHORT_LOOKS_MS = [300];
const LONG_LOOKS_MS = [500, 2_000];
/** A client that read the file before our write may still be about to write; one that does so for ever is a fight. */
const MAX_REWRITES = 5;

/**
 * Looks at what was performed once it had time to be overwritten by somebody who read the file before: after 0.3 s
 * for the user's config with a client that honours its lock, else after 0.5 s and 2 s. What was put back to what it
 * had been is written again, and looked at again.
 */
export async function settle(works: readonly Work[], ctx: Context): Promise<readonly Performed[]> {
  const writing = works.filter(({ step }) => isWriting.has(step.action));
  const parts = writing.flatMap((work) => partsOf(work, ctx));
  const files = [...new Set(parts.map(({ part }) => part.step.place.file))];
  if (files.length === 0) return works.map(({ step }) => unchanged(step.address));
  const isLocking = files.some((file) => kindOfConfig(file) === 'user') && (await honoursLocks(ctx));
  const watches = files.map((file) => {
    const looks = isLocking && kindOfConfig(file) === 'user' ? SHORT_LOOKS_MS : LONG_LOOKS_MS;
    return watchOf(
      file,
      parts.filter(({ part }) => part.step.place.file === file).map(({ part }) => part),
      looks,
    );
  });
  ctx.emit({
    kind: 'settling',
    files: files.length,
    waitMs: Math.max(...watches.flatMap(({ looks }) => looks)),
  });
  await watchAll(watches, ctx);
  const byPart = new Map(
    watches.flatMap(({ group, results }) =>
      group.works.map((part, index) => [part, results[index] as Performed]),
    ),
  );
  const byWork = new Map<Work, Performed[]>(works.map((work) => [work, []]));
  for (const { work, part } of parts) byWork.get(work)?.push(byPart.get(part) as Performed);
  return works.map((work) => resultOf(work, byWork.get(work) as Performed[]));
}

const isWriting = new Set(['create', 'update', 'replace', 'delete', 'move']);

interface Part {
  readonly work: Work;
  /** The work itself, or half of it where it is a move between files. */
  readonly part: Work;
}

function partsOf(work: Work, ctx: Context): readonly Part[] {
  if (!isAcross(work) || work.step.previousPlace === undefined || work.attributes === null)
    return [{ work, part: work }];
  const { previousPlace, precondition } = work.step;
  const precise = precondition === 'absent' ? digestWhole(work.attributes, ctx.digest) : precondition;
  return [
    { work, part: creation(work, work.attributes) },
    { work, part: removal(work, previousPlace, precise) },
  ];
}

/** One file that is looked at from time to time. */
interface Watch {
  readonly group: Group;
  readonly looks: readonly number[];
  /** Looks still to come, in milliseconds from now. */
  due: number[];
  rewrites: number;
  mayHaveLost: boolean;
  results: readonly Performed[];
}

function watchOf(file: string, works: readonly Work[], looks: readonly number[]): Watch {
  const group = writtenGroup(file, works);
  return { group, looks, due: [...looks], rewrites: 0, mayHaveLost: false, results: [] };
}

async function watchAll(watches: readonly Watch[], ctx: Context): Promise<void> {
  for (;;) {
    const waitMs = Math.min(...watches.flatMap(({ due }) => due));
    if (waitMs === Number.POSITIVE_INFINITY) return;
    await ctx.system.clock.sleep(waitMs);
    for (const watch of watches) {
      const isDue = watch.due.some((ms) => ms <= waitMs);
      watch.due = watch.due.map((ms) => ms - waitMs).filter((ms) => ms > 0);
      if (isDue) await look(watch, ctx);
    }
  }
}

async function look(watch: Watch, ctx: Context): Promise<void> {
  const { group } = watch;
  const seen = await lookOnly(group, ctx);
  const asSeen = seen === null ? null : resultsOf(group, { ...seen, mayHaveLost: watch.mayHaveLost });
  if (asSeen !== null && seen?.verdicts.every(({ kind }) => kind === 'done')) {
    watch.results = asSeen;
    return;
  }
  const before = countLosses(group);
  const written = await performGroup(group, ctx);
  // A file that cannot be written again is no loss for the steps that are still as they should be.
  watch.results = written.map((result, index) =>
    result.result === 'failed' && seen?.verdicts[index]?.kind === 'done'
      ? (asSeen?.[index] ?? result)
      : result,
  );
  watch.mayHaveLost ||= written.some(({ findings }) =>
    findings.some(({ code }) => code === 'CLIENT_POSSIBLE_LOST_UPDATE'),
  );
  if (countLosses(group) === before) return;
  watch.rewrites += 1;
  if (watch.rewrites < MAX_REWRITES) watch.due = [...watch.looks];
  else watch.results = watch.results.map((result) => giveUp(result, group));
}

/** What is there, without a lock; null when it cannot be known. */
async function lookOnly(group: Group, ctx: Context): Promise<Seen | null> {
  const current = await readConfig(group.file, ctx.system.files);
  if (current.kind === 'unavailable') return null;
  const root = current.kind === 'there' ? current.value : {};
  const judging = { digest: ctx.digest, written: group.written, refused: new Map() };
  return { verdicts: planEdits(root, group.works, judging).verdicts, root };
}

interface Seen {
  readonly verdicts: readonly Verdict[];
  readonly root: JsonObject;
}

function countLosses({ losses }: Group): number {
  return [...losses.values()].reduce((sum, times) => sum + times, 0);
}

function giveUp(result: Performed, { file }: Group): Performed {
  const wasLost = result.findings.some(({ code }) => code === 'CLIENT_LOST_AND_REWRITTEN');
  return wasLost ? { ...result, result: 'failed', error: contended(file) } : result;
}

function resultOf(work: Work, results: readonly Performed[]): Performed {
  const [first] = results;
  if (first === undefined) return unchanged(work.step.address);
  const worst = results.find(({ result }) => result !== 'done') ?? first;
  return { ...worst, observed: first.observed, findings: results.flatMap(({ findings }) => findings) };
}

/** Nothing of ours is in a file because of this step, so nothing can have been lost. */
function unchanged(address: string): Performed {
  return { address, result: 'done', observed: null, findings: [] };
}
