import type { JsonEdit } from '../../formats/json-edit.ts';
import type { Code } from '../../model/codes.ts';
import { isJsonObject, type Json, type JsonObject, sameJson, toPointer } from '../../model/json.ts';
import { digestLeaf, digestWhole } from '../../model/leaves.ts';
import type { PathChange } from '../../model/plan.ts';
import type { Work } from '../../model/provider.ts';
import type { Place } from '../../model/resource.ts';
import { type Change, changeEntry, editsBetween, isAsDesired, valueAt } from './change-entry.ts';
import { observeEntry } from './entry.ts';

/** What is to be done about one step in the file as it is now. */
export type Verdict =
  | { readonly kind: 'write' }
  /** Nothing to write: it is there, or gone, as it should be. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: StepError };

export interface StepError {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
}

export interface PlannedEdits {
  /** One per step, in order. */
  readonly verdicts: readonly Verdict[];
  readonly edits: readonly JsonEdit[];
  /** Every entry that the edits make, as it will stand in the file; undefined where one goes. */
  readonly results: readonly { readonly path: readonly string[]; readonly value: Json | undefined }[];
}

export interface Judging {
  readonly digest: (text: string) => string;
  /** Steps that this run has written before: what they find may be their own. */
  readonly written: ReadonlySet<Work>;
  /** Steps that are not to be tried, and why. */
  readonly refused: ReadonlyMap<Work, StepError>;
}

/** Checks the precondition of every step on the file as read, one after the other, and finds the edits. Pure. */
export function planEdits(root: JsonObject, works: readonly Work[], judging: Judging): PlannedEdits {
  const draft = new Draft(root);
  const verdicts = works.map((work): Verdict => {
    const refused = judging.refused.get(work);
    if (refused !== undefined) return { kind: 'failed', error: refused };
    return draft.misshapen(work.step.place) ?? judge(work, draft, judging);
  });
  return { verdicts, edits: draft.edits(), results: draft.results() };
}

function judge(work: Work, draft: Draft, judging: Judging): Verdict {
  const { step } = work;
  const { path } = step.place;
  const current = draft.get(path);
  switch (step.action) {
    case 'create':
      return judgeCreate(work, draft, judging);
    case 'update':
      return judgeUpdate(work, draft, judging);
    case 'replace':
      if (!isPlannedOn(current, work, judging)) return moved(work);
      return draft.write(path, current, entryOf(work));
    case 'delete':
      if (current === undefined) return { kind: 'done' };
      return isPlannedOn(current, work, judging) ? draft.write(path, current, undefined) : moved(work);
    case 'move':
      return judgeMove(work, draft, judging);
    case 'adopt':
    case 'record':
      return isPlannedOn(current, work, judging) ? { kind: 'done' } : moved(work);
    case 'forget':
      return { kind: 'done' };
    case 'conflict':
      throw new Error(`"${step.address}" is in conflict and must not be performed`);
  }
}

function judgeCreate(work: Work, draft: Draft, { written }: Judging): Verdict {
  const current = draft.get(work.step.place.path);
  if (current === undefined) return draft.write(work.step.place.path, current, entryOf(work));
  const isOurs = written.has(work) && isAsDesired(current, entryOf(work));
  return isOurs ? { kind: 'done' } : moved(work);
}

function judgeUpdate(work: Work, draft: Draft, judging: Judging): Verdict {
  const { path } = work.step.place;
  const current = draft.get(path);
  if (current === undefined) return moved(work);
  if (!isJsonObject(current)) {
    return isPlannedOn(current, work, judging) ? draft.write(path, current, entryOf(work)) : moved(work);
  }
  if (isDone(current, work)) return { kind: 'done' };
  if (!isPlannedOn(current, work, judging) && !holdsBefore(current, work, judging)) return moved(work);
  return draft.write(path, current, changedEntry(current, work));
}

function judgeMove(work: Work, draft: Draft, judging: Judging): Verdict {
  const { place, previousPlace } = work.step;
  if (previousPlace === undefined) throw new Error(`move of "${work.step.address}" does not say from where`);
  const target = draft.get(place.path);
  if (judging.written.has(work) && isJsonObject(target) && isDone(target, work)) return { kind: 'done' };
  const source = draft.get(previousPlace.path);
  const isFree = target === undefined && isJsonObject(source) && isPlannedOn(source, work, judging);
  if (!isFree) return moved(work);
  draft.move(previousPlace.path, place.path, changedEntry(source, work));
  return { kind: 'write' };
}

/** Whether the object is, as a whole, the one the plan saw. */
export function isPlannedOn(
  current: Json | undefined,
  { step }: Work,
  { digest }: Pick<Judging, 'digest'>,
): boolean {
  if (current === undefined) return step.precondition === 'absent';
  return digestWhole(observeEntry(step.place, current).attributes, digest) === step.precondition;
}

/** Whether everything the step will change is still what the plan saw, whatever happened beside it. */
function holdsBefore(current: JsonObject, { step }: Work, { digest }: Judging): boolean {
  const { attributes } = observeEntry(step.place, current);
  return step.paths.length > 0 && step.paths.every((change) => isBefore(attributes, change, digest));
}

function isBefore(
  attributes: JsonObject,
  { pointer, before }: PathChange,
  digest: Judging['digest'],
): boolean {
  const value = valueAt(attributes, pointer);
  if (before === undefined || value === undefined) return before === undefined && value === undefined;
  if ('value' in before) return sameJson(before.value, value);
  return digestLeaf(pointer, value, digest) === before.digest;
}

/** Whether every path of the step is as it shall be. */
export function isDone(current: JsonObject, work: Work): boolean {
  const { attributes } = observeEntry(work.step.place, current);
  return changesOf(work).every(({ pointer, value }) => sameJson(valueAt(attributes, pointer), value));
}

/** The entry as it stands, with the step's changes. */
export function changedEntry(raw: JsonObject, work: Work): JsonObject {
  return changeEntry(raw, changesOf(work));
}

function changesOf(work: Work): readonly Change[] {
  const attributes = entryOf(work);
  return work.step.paths.map(({ pointer, after }) => {
    const value = after === undefined ? undefined : valueAt(attributes, pointer);
    return value === undefined ? { pointer } : { pointer, value };
  });
}

function entryOf({ step, attributes }: Work): JsonObject {
  if (attributes === null) throw new Error(`"${step.address}" comes without the object to write`);
  return attributes;
}

export function moved({ step }: Work): Extract<Verdict, { kind: 'failed' }> {
  const message = `"${step.address}" is no longer what the plan was made on`;
  const hint = 'plan again';
  return { kind: 'failed', error: { code: 'CLIENT_ENTRY_MOVED', message, hint } };
}

/** The file's value with the steps judged so far carried out. Later steps see what earlier ones did. */
class Draft {
  readonly #root: JsonObject;
  readonly #entries = new Map<
    string,
    { path: readonly string[]; before: Json | undefined; after: Json | undefined }
  >();
  readonly #moves: { readonly from: readonly string[]; readonly to: readonly string[] }[] = [];

  constructor(root: JsonObject) {
    this.#root = root;
  }

  get(path: readonly string[]): Json | undefined {
    const entry = this.#entries.get(toPointer(path));
    return entry === undefined ? lookUp(this.#root, path) : entry.after;
  }

  write(path: readonly string[], current: Json | undefined, after: Json | undefined): Verdict {
    if (sameJson(current, after)) return { kind: 'done' };
    this.#set(path, after);
    return { kind: 'write' };
  }

  move(from: readonly string[], to: readonly string[], after: JsonObject): void {
    this.#set(from, undefined);
    this.#set(to, after);
    this.#moves.push({ from, to });
  }

  /** A container that is there but no object: nothing below it can be written. */
  misshapen({ file, path }: Place): Verdict | null {
    let at: Json | undefined = this.#root;
    for (const [depth, key] of path.slice(0, -1).entries()) {
      if (!isJsonObject(at) || !Object.hasOwn(at, key)) return null;
      at = at[key];
      if (isJsonObject(at)) continue;
      const message = `"${file}": "${toPointer(path.slice(0, depth + 1))}" is not an object`;
      return { kind: 'failed', error: { code: 'CLIENT_FILE_SHAPE', message, hint: 'correct it by hand' } };
    }
    return null;
  }

  edits(): readonly JsonEdit[] {
    const renames = this.#moves.filter((move) => this.#isRename(move));
    const renamed = new Set(renames.flatMap(({ from, to }) => [toPointer(from), toPointer(to)]));
    const plain = [...this.#entries].filter(([pointer]) => !renamed.has(pointer));
    return [
      ...renames.flatMap(({ from, to }) => this.#renameEdits(from, to)),
      ...plain.flatMap(([, { path, before, after }]) => editsBetween(before, after, path)),
    ];
  }

  results(): PlannedEdits['results'] {
    return [...this.#entries.values()].map(({ path, after }) => ({ path, value: after }));
  }

  #set(path: readonly string[], after: Json | undefined): void {
    const pointer = toPointer(path);
    const before = this.#entries.get(pointer)?.before ?? lookUp(this.#root, path);
    this.#entries.set(pointer, { path, before, after });
  }

  /** In place, when both names are in one object, the old one goes and the new one was free. */
  #isRename({ from, to }: { from: readonly string[]; to: readonly string[] }): boolean {
    const isSameParent = toPointer(from.slice(0, -1)) === toPointer(to.slice(0, -1));
    const source = this.#entries.get(toPointer(from));
    const target = this.#entries.get(toPointer(to));
    const isPlain =
      source?.after === undefined && isJsonObject(source?.before) && target?.before === undefined;
    const touching = this.#moves.filter((move) =>
      [move.from, move.to].some((path) => [from, to].some((each) => toPointer(each) === toPointer(path))),
    );
    return isSameParent && isPlain && touching.length === 1 && isJsonObject(target?.after);
  }

  #renameEdits(from: readonly string[], to: readonly string[]): readonly JsonEdit[] {
    const before = this.#entries.get(toPointer(from))?.before;
    const after = this.#entries.get(toPointer(to))?.after;
    return [{ path: from, renameTo: to.at(-1) as string }, ...editsBetween(before, after, from)];
  }
}

export function lookUp(root: JsonObject, path: readonly string[]): Json | undefined {
  let at: Json | undefined = root;
  for (const key of path) at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}
