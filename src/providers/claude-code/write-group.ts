import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { editJson } from '../../formats/json-edit.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { type JsonObject, sameJson } from '../../model/json.ts';
import type { Work } from '../../model/provider.ts';
import type { HeldLock } from '../../model/system.ts';
import { takeLock } from './client.ts';
import { lookUp, type PlannedEdits, planEdits, type StepError, type Verdict } from './plan-edits.ts';
import { parseConfig, readBytes } from './read-config.ts';
import { MAX_HELD_MS, replaceFile, watchName } from './replace-file.ts';
import { removeLeftovers } from './temporary.ts';
import { findWriteTarget, kindOfConfig, type WriteTarget } from './write-target.ts';

/** Others that write at the same time make us start again; this often, then we give up. */
const MAX_ATTEMPTS = 10;
const PAUSE_MS = 10;

/** Steps of one file, and what is remembered about them from attempt to attempt. */
export interface Group {
  readonly file: string;
  readonly works: readonly Work[];
  /** Steps whose write has reached the file before. */
  readonly written: Set<Work>;
  /** How often the write of a step was found undone by somebody else. */
  readonly losses: Map<Work, number>;
  hasBackup: boolean;
}

export interface Grouped {
  /** One per step, in order; never `write`. */
  readonly verdicts: readonly Exclude<Verdict, { kind: 'write' }>[];
  /** The file's value as last read. */
  readonly root: JsonObject;
  /** Whether somebody else's change may have been overwritten in the instant before a rename. */
  readonly mayHaveLost: boolean;
}

export function newGroup(file: string, works: readonly Work[]): Group {
  return { file, works, written: new Set(), losses: new Map(), hasBackup: false };
}

/**
 * Brings the file to where all steps want it, in one write, and looks at what is there afterwards. Starts again when
 * somebody else writes meanwhile. Throws `McpformError` or an `errno` error when the file cannot be read or written:
 * then it is as it was, but for a failure to make the rename durable or to read it back.
 */
export async function writeGroup(group: Group, ctx: Context): Promise<Grouped> {
  let mayHaveLost = false;
  for (let attempt = 1; ; attempt += 1) {
    const attempted = await attemptWrite(group, ctx);
    mayHaveLost ||= attempted.mayHaveLost;
    if (attempted.isSettled || attempt === MAX_ATTEMPTS) {
      return { verdicts: finalVerdicts(attempted, group), root: attempted.root, mayHaveLost };
    }
    await ctx.system.clock.sleep(PAUSE_MS * attempt * Math.random());
  }
}

interface Attempted {
  readonly verdicts: readonly Verdict[];
  readonly root: JsonObject;
  /** Everything was as it should be, at the last look. */
  readonly isSettled: boolean;
  readonly mayHaveLost: boolean;
}

async function attemptWrite(group: Group, ctx: Context): Promise<Attempted> {
  const target = await findWriteTarget(group.file, ctx.system.files);
  await removeLeftovers(target.path, ctx);
  await requireFolder(target, group, ctx);
  const watch = watchName(target.path, ctx);
  try {
    const written = await withLock(
      group.file,
      (lock) => writeLocked(group, { lock, onLastLook: watch.reset }, ctx),
      ctx,
    );
    if (written.after === null) return { ...written, mayHaveLost: false };
    const isStill = await isOnDisk(group.file, written.after, ctx);
    // Our own rename shows once; a second one is somebody who had not seen ours.
    return { ...written, isSettled: isStill, mayHaveLost: watch.seen() > 1 };
  } finally {
    watch.close();
  }
}

interface Written extends Omit<Attempted, 'mayHaveLost'> {
  /** What was written; null when nothing was. */
  readonly after: Buffer | null;
}

interface Locked {
  readonly lock: HeldLock & { readonly sinceMs: number };
  readonly onLastLook: () => void;
}

async function writeLocked(group: Group, { lock, onLastLook }: Locked, ctx: Context): Promise<Written> {
  const { file } = group;
  // Once more: it may have been exchanged while we waited. The look comes before the read, so that a change between
  // the two is noticed.
  const target = await findWriteTarget(file, ctx.system.files);
  const { before, text, root } = await readNow(file, ctx);
  const { plan, edited } = editAll({ text, root }, group, ctx);
  countLosses(plan.verdicts, group);
  if (edited === text) return { verdicts: plan.verdicts, root, isSettled: true, after: null };
  const result = checkEdited(edited, plan, file);
  const after = Buffer.from(edited);
  const isReplaced = await replaceFile(
    {
      file,
      kind: kindOfConfig(file),
      target,
      before,
      after,
      lock,
      heldSinceMs: lock.sinceMs,
      keepsBackup: !group.hasBackup,
      onLastLook,
    },
    ctx,
  );
  group.hasBackup = true;
  if (!isReplaced) return { verdicts: plan.verdicts, root, isSettled: false, after: null };
  for (const [index, work] of group.works.entries()) {
    if (plan.verdicts[index]?.kind === 'write') group.written.add(work);
  }
  return { verdicts: plan.verdicts, root: result, isSettled: true, after };
}

async function readNow(file: string, ctx: Context) {
  const read = await readBytes(file, ctx.system.files);
  if (read.kind === 'unavailable') throw failureOf(read.finding);
  if (read.kind === 'absent') return { before: null, text: '{}', root: {} };
  const parsed = parseConfig(read.bytes, file);
  if (parsed.kind === 'unavailable') throw failureOf(parsed.finding);
  return { before: read.bytes, text: parsed.text, root: parsed.value };
}

function failureOf({ code, message, hint }: Finding): McpformError {
  return new McpformError(code, message, hint === undefined ? {} : { hint });
}

/** All edits in one pass. When that fails, the steps that cannot be made alone are refused and the others made. */
function editAll(
  { text, root }: { text: string; root: JsonObject },
  { works, written }: Group,
  { digest }: Context,
): { readonly plan: PlannedEdits; readonly edited: string } {
  const plan = planEdits(root, works, { digest, written, refused: new Map() });
  try {
    return { plan, edited: editJson(text, plan.edits) };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
  }
  const refused = new Map<Work, StepError>();
  for (const work of works) {
    const alone = planEdits(root, [work], { digest, written, refused: new Map() });
    const problem = problemWith(text, alone);
    if (problem !== null) refused.set(work, problem);
  }
  const rest = planEdits(root, works, { digest, written, refused });
  return { plan: rest, edited: editJson(text, rest.edits) };
}

function problemWith(text: string, { edits }: PlannedEdits): StepError | null {
  try {
    editJson(text, edits);
    return null;
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** The last guard against a mistake of ours: what is about to be written parses, and says what it should. */
function checkEdited(edited: string, { results }: PlannedEdits, file: string): JsonObject {
  const parsed = JSON.parse(edited.charCodeAt(0) === 0xfeff ? edited.slice(1) : edited) as JsonObject;
  if (results.every(({ path, value }) => sameJson(lookUp(parsed, path), value))) return parsed;
  throw new Error(`an edit of "${file}" came out wrong; nothing was written`);
}

async function isOnDisk(file: string, after: Buffer, ctx: Context): Promise<boolean> {
  const read = await readBytes(file, ctx.system.files);
  return read.kind === 'there' && read.bytes.equals(after);
}

function countLosses(verdicts: readonly Verdict[], { works, written, losses }: Group): void {
  for (const [index, work] of works.entries()) {
    if (verdicts[index]?.kind === 'write' && written.has(work)) losses.set(work, (losses.get(work) ?? 0) + 1);
  }
}

function finalVerdicts({ verdicts, isSettled }: Attempted, { file }: Group): Grouped['verdicts'] {
  return verdicts.map((verdict) => {
    if (verdict.kind !== 'write') return verdict;
    return isSettled ? { kind: 'done' } : { kind: 'failed', error: contended(file) };
  });
}

export function contended(file: string): StepError {
  return {
    code: 'CLIENT_CONTENDED',
    message: `"${file}" is written by somebody else all the time`,
    hint: 'close the programs that write it, or run the command again',
  };
}

/**
 * For the user's config, the lock that the client takes. No client locks a project's file, so there it is one of our
 * own, kept out of the repository.
 */
async function withLock<T>(
  file: string,
  run: (lock: HeldLock & { readonly sinceMs: number }) => Promise<T>,
  ctx: Context,
): Promise<T> {
  const { clock, files } = ctx.system;
  const folder = join(ctx.folders.state, 'locks');
  const isUser = kindOfConfig(file) === 'user';
  if (!isUser) await files.makeFolder(folder, 0o700);
  const own = `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.lock`;
  const held = await takeLock({ file, path: isUser ? `${file}.lock` : join(folder, own) }, ctx);
  const sinceMs = clock.monotonic();
  try {
    return await run({ ...held, sinceMs });
  } finally {
    // After a pause of the whole process, the lock's own check must run before we may know whose it is.
    if (clock.monotonic() - sinceMs > MAX_HELD_MS) await clock.sleep(1_000);
    await held.release();
  }
}

async function requireFolder({ path, stat }: WriteTarget, { file }: Group, ctx: Context): Promise<void> {
  if (stat !== null) return;
  // The client makes its own config folder; a project's folder is the user's to make.
  if (kindOfConfig(file) === 'user') await ctx.system.files.makeFolder(dirname(path), 0o700);
  else await ctx.system.files.stat(dirname(path));
}
