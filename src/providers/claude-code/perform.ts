import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { digestWhole } from '../../model/leaves.ts';
import type { Performed, Work } from '../../model/provider.ts';
import type { Observed, Place } from '../../model/resource.ts';
import { normalizeEntry, observeEntry } from './entry.ts';
import { type Group, newGroup } from './group.ts';
import { changedEntry, isPlannedOn, lookUp, moved, type StepError, type Verdict } from './plan-edits.ts';
import { readConfig } from './read-config.ts';
import { type Grouped, writeGroup } from './write-group.ts';

/** Performs the steps of one file. One result per step, in order; only a bug throws. */
export async function perform(works: readonly Work[], ctx: Context): Promise<readonly Performed[]> {
  const inPlace = works.filter((work) => !isAcross(work));
  const results = new Map<Work, Performed>();
  for (const [index, performed] of (await performInPlace(inPlace, ctx)).entries()) {
    results.set(inPlace[index] as Work, performed);
  }
  for (const work of works) if (isAcross(work)) results.set(work, await moveAcross(work, ctx));
  return works.map((work) => results.get(work) as Performed);
}

/** A move between two files. */
export function isAcross({ step }: Work): boolean {
  return (
    step.action === 'move' && step.previousPlace !== undefined && step.previousPlace.file !== step.place.file
  );
}

async function performInPlace(works: readonly Work[], ctx: Context): Promise<readonly Performed[]> {
  const [first] = works;
  if (first === undefined) return [];
  return performGroup(newGroup(first.step.place.file, works), ctx);
}

/** Writes a group; a failure of the file is the failure of each of its steps. */
export async function performGroup(group: Group, ctx: Context): Promise<readonly Performed[]> {
  try {
    return resultsOf(group, await writeGroup(group, ctx));
  } catch (error) {
    const failure = failureOf(error, group.file);
    return group.works.map((work) => failed(work, failure));
  }
}

interface Results extends Pick<Grouped, 'root' | 'mayHaveLost'> {
  readonly verdicts: readonly Verdict[];
}

/** What became of each step of a group, in order. */
export function resultsOf(group: Group, { verdicts, root, mayHaveLost }: Results): readonly Performed[] {
  const writer = group.works.find((work) => group.written.has(work));
  return group.works.map((work, index): Performed => {
    const verdict = verdicts[index];
    const findings = [
      ...lossFindings(work, group),
      ...(mayHaveLost && work === writer ? [possiblyLost(group.file, work)] : []),
    ];
    const observed = observedAt(root, work.step.place);
    const { address } = work.step;
    if (verdict?.kind !== 'failed') return { address, result: 'done', observed, findings };
    // Written, and then somebody made something else of it: the next plan shows that as drift.
    if (group.written.has(work) && verdict.error.code === 'CLIENT_ENTRY_MOVED') {
      return { address, result: 'done', observed, findings: [...findings, changedSince(work)] };
    }
    return { address, result: 'failed', observed, error: verdict.error, findings };
  });
}

function lossFindings(work: Work, { file, losses }: Group): readonly Finding[] {
  const times = losses.get(work) ?? 0;
  if (times === 0) return [];
  return [
    {
      code: 'CLIENT_LOST_AND_REWRITTEN',
      severity: 'warning',
      message: `another program overwrote "${work.step.address}" in "${file}" ${times === 1 ? 'once' : `${times} times`}; it was written again`,
      hint: 'Claude Code before 2.1.318 ignores locks: update it',
      address: work.step.address,
    },
  ];
}

function possiblyLost(file: string, { step }: Work): Finding {
  return {
    code: 'CLIENT_POSSIBLE_LOST_UPDATE',
    severity: 'warning',
    message: `another program wrote "${file}" in the same instant; a change of its own may be lost`,
    hint: 'check what it was to write',
    address: step.address,
  };
}

function changedSince({ step }: Work): Finding {
  return {
    code: 'CLIENT_CHANGED_AFTER_WRITE',
    severity: 'warning',
    message: `"${step.address}" was written and then changed by another program`,
    hint: 'plan again to see the difference',
    address: step.address,
  };
}

/**
 * Between two files: the new entry first, so that a crash leaves two rather than none. When the old one cannot be
 * removed, the new one goes again.
 */
async function moveAcross(work: Work, ctx: Context): Promise<Performed> {
  const { step } = work;
  const from = step.previousPlace as Place;
  const source = await readConfig(from.file, ctx.system.files).catch((error: unknown) =>
    failureOf(error, from.file),
  );
  if ('code' in source) return failed(work, source);
  if (source.kind === 'unavailable') return failed(work, source.finding);
  const raw = source.kind === 'there' ? lookUp(source.value, from.path) : undefined;
  if (!isJsonObject(raw) || !isPlannedOn(raw, work, ctx)) return failed(work, moved(work).error);
  const entry = changedEntry(raw, work);
  const created = await performOne(creation(work, entry), ctx);
  if (created.result !== 'done') return created;
  const removed = await performOne(removal(work, from, step.precondition), ctx);
  if (removed.result === 'done') return { ...created, findings: [...created.findings, ...removed.findings] };
  const undo = removal(work, step.place, digestWhole(normalizeEntry(entry), ctx.digest));
  const undone = await performOne(undo, ctx);
  const result = undone.result === 'done' ? 'rolledBack' : 'failed';
  return {
    ...removed,
    result,
    observed: undone.observed,
    findings: [...created.findings, ...undone.findings],
  };
}

async function performOne(work: Work, ctx: Context): Promise<Performed> {
  return (await performInPlace([work], ctx))[0] as Performed;
}

/** The two halves of a move between files, as steps of their own. */
export function creation({ step, record }: Work, attributes: JsonObject): Work {
  return { step: { ...step, action: 'create', precondition: 'absent' }, attributes, record };
}

export function removal({ step }: Work, place: Place, precondition: string): Work {
  return { step: { ...step, action: 'delete', place, precondition }, attributes: null, record: null };
}

function observedAt(root: JsonObject, place: Place): Observed | null {
  const raw: Json | undefined = lookUp(root, place.path);
  return raw === undefined ? null : observeEntry(place, raw);
}

function failed({ step }: Work, { code, message, hint }: StepError): Performed {
  const error = { code, message, ...(hint === undefined ? {} : { hint }) };
  return { address: step.address, result: 'failed', observed: null, error, findings: [] };
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'give yourself the right to write the file and its folder',
  EBUSY:
    'another program holds the file, or it is a mount of its own, as in a container: mount its folder instead',
  EDQUOT: 'free some space',
  ENOSPC: 'free some space',
  EPERM: 'the file is protected or belongs to another user',
  EROFS: 'the file system is read-only',
  EXDEV: 'the file is a mount of its own: mount its folder instead',
};

/** What the world said, in our words. The file is never written in place instead. Anything else is a bug. */
function failureOf(error: unknown, file: string): StepError {
  if (error instanceof McpformError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  if (!isErrno(error, (error as NodeJS.ErrnoException).code ?? '')) throw error;
  const errno = (error as NodeJS.ErrnoException).code as string;
  const hint = Object.hasOwn(hints, errno) ? hints[errno] : undefined;
  const message = `"${file}" could not be written (${errno})`;
  return { code: 'CLIENT_WRITE_FAILED', message, ...(hint === undefined ? {} : { hint }) };
}
