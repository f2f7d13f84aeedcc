import { decodeYaml } from '../formats/yaml-decode.ts';
import { parseYaml } from '../formats/yaml-parse.ts';
import type { Finding } from '../model/finding.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';
import { cutSides, type Side } from './conflict-sides.ts';
import { locateProblems, moveFindings, type Problem } from './lock-problems.ts';
import { type LockMerge, type MergeConflict, mergeLocks } from './merge-locks.ts';
import { parseLock } from './parse-lock.ts';

/**
 * A lock with the markers of an unfinished Git merge, in any of Git's styles: both sides merged by what they mean.
 * One finding for each entry that both changed in different ways; `merge` is then without those. Null when a side
 * cannot be read. `base` is the lock both came from, where the caller has it (Git keeps it as `:1:PATH`); else it is
 * taken from markers that show it (`merge.conflictStyle=diff3`), and else `mergeLocks` says what it does without.
 */
export function mergeConflictedLock(
  bytes: Uint8Array,
  file: string,
  base: Lock | null = null,
): { readonly merge: LockMerge | null; readonly findings: readonly Finding[] } {
  const decoded = decodeYaml(bytes);
  if ('problem' in decoded) return { merge: null, findings: parseYaml(bytes, file).findings };
  const sides = cutSides(decoded.text);
  if ('line' in sides) return { merge: null, findings: [brokenMarkers(sides, file)] };
  const [ours, theirs] = [readSide(sides.ours, file), readSide(sides.theirs, file)];
  if (ours.lock === null || theirs.lock === null) {
    return { merge: null, findings: distinct([...ours.findings, ...theirs.findings]) };
  }
  const before = base ?? (sides.base === null ? null : readSide(sides.base, file).lock);
  const merge = mergeLocks(before, ours.lock, theirs.lock);
  const locks = { ours: ours.lock, theirs: theirs.lock };
  const findings = merge.conflicts.map((conflict) => locate(conflict, locks, sides, file));
  return { merge, findings };
}

function readSide({ text, lineOf }: Side, file: string): { lock: Lock | null; findings: readonly Finding[] } {
  const { lock, findings } = parseLock(new TextEncoder().encode(text), file);
  return { lock, findings: moveFindings(findings, lineOf) };
}

/** What is wrong outside of the markers is wrong on both sides. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...byText.values()].sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0));
}

function brokenMarkers({ line, excerpt }: { line: number; excerpt: string }, file: string): Finding {
  return {
    code: 'LOCK_CONFLICT',
    severity: 'error',
    message: `the markers of the Git merge are not complete: "${excerpt.slice(0, 7)}" has no other end`,
    hint: 'write the whole conflict again with `git checkout --merge FILE`, then run `mcpform lock`',
    at: { file, line, column: 1, excerpt },
  };
}

interface Locks {
  readonly ours: Lock;
  readonly theirs: Lock;
}

function locate(
  conflict: MergeConflict,
  locks: Locks,
  { ours, theirs }: { readonly ours: Side; readonly theirs: Side },
  file: string,
): Finding {
  const { section, name } = conflict;
  const isInOurs = entryOf(locks.ours, conflict) !== undefined;
  const side = isInOurs ? ours : theirs;
  const problem: Problem = {
    code: 'LOCK_CONFLICT',
    path: name === null ? [section] : [section, name],
    part: 'key',
    message: messageOf(conflict, locks),
    hint: hintOf(conflict),
  };
  const findings = locateProblems([problem], parseYaml(new TextEncoder().encode(side.text), file), file);
  return moveFindings(findings, side.lineOf)[0] as Finding;
}

function messageOf(conflict: MergeConflict, locks: Locks): string {
  const { section, name } = conflict;
  const [one, other] = [entryOf(locks.ours, conflict), entryOf(locks.theirs, conflict)];
  const what = section === 'servers' ? `server "${name}"` : `"${name ?? section}"`;
  if (one === undefined || other === undefined)
    return `${what} was removed on one side of the merge and changed on the other`;
  const [a, b] = [nameOf(one), nameOf(other)];
  if (a === b) return `${what} was changed on both sides of the merge, in different ways`;
  return `${what} is "${a}" on one side of the merge and "${b}" on the other`;
}

function hintOf({ section, name }: MergeConflict): string {
  const keep = `keep the lines of one side for "${name ?? section}" and remove the markers`;
  if (section === 'servers') return `${keep}, then run \`mcpform lock\``;
  return section === 'ownership' ? `${keep}: of either side, \`mcpform plan\` shows what follows` : keep;
}

function entryOf(lock: Lock, { section, name }: MergeConflict): Json | undefined {
  const { unknown, ...known } = lock;
  const sections = { ...unknown, ...known } as unknown as Readonly<Record<string, Json>>;
  const whole = sections[section];
  if (name === null) return whole;
  return isJsonObject(whole) && Object.hasOwn(whole, name) ? whole[name] : undefined;
}

/** Of a pin, what it stands for. */
function nameOf(value: Json): string | null {
  if (!isJsonObject(value)) return null;
  const { image, id, package: exact } = value;
  if (typeof id === 'string') return `${image} ${id}`;
  const name = image ?? exact;
  return typeof name === 'string' ? name : null;
}
