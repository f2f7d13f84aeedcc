import { dirname } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { JsonObject } from '../../model/json.ts';
import { renewBackup } from './backup.ts';
import { withConfigLock } from './config-lock.ts';
import { type Draft, draftWrite } from './draft-write.ts';
import type { Group } from './group.ts';
import type { StepError, Verdict } from './plan-edits.ts';
import { readBytes } from './read-config.ts';
import { commitFile, discard, isUnchanged, type Staged, stageFile } from './replace-file.ts';
import { removeLeftovers } from './temporary.ts';
import { type NameWatch, watchName } from './watch-name.ts';
import { findWriteTarget, kindOfConfig, statOrNull, type WriteTarget } from './write-target.ts';

/** Others that write at the same time make us start again; this often, then we give up. */
const MAX_ATTEMPTS = 10;
/** So often everything is made ready before the lock is taken; then under it, where it cannot be in vain. */
const UNLOCKED_ATTEMPTS = 3;
const PAUSE_MS = 10;

export interface Grouped {
  /** One per step, in order; never `write`. */
  readonly verdicts: readonly Exclude<Verdict, { kind: 'write' }>[];
  /** The file's value as last read. */
  readonly root: JsonObject;
  /** Whether somebody else's change may have been overwritten in the instant before a rename. */
  readonly mayHaveLost: boolean;
}

/**
 * Brings the file to where all steps want it, in one write, and looks at what is there afterwards. Starts again when
 * somebody else writes meanwhile. Throws `McpformError` or an `errno` error when the file cannot be read or written:
 * then it is as it was, but for a failure to make the rename durable or to read it back.
 */
export async function writeGroup(group: Group, ctx: Context): Promise<Grouped> {
  let mayHaveLost = false;
  for (let attempt = 1; ; attempt += 1) {
    const attempted = await attemptWrite(group, attempt > UNLOCKED_ATTEMPTS, ctx);
    mayHaveLost ||= attempted.mayHaveLost;
    if (attempted.isSettled || attempt === MAX_ATTEMPTS) {
      return { verdicts: finalVerdicts(attempted, group), root: attempted.root, mayHaveLost };
    }
    await ctx.system.clock.sleep(PAUSE_MS * attempt * Math.random());
  }
}

interface Attempted extends Pick<Draft, 'verdicts' | 'root'> {
  /** Everything was as it should be, at the last look. */
  readonly isSettled: boolean;
  readonly mayHaveLost: boolean;
}

/**
 * One attempt. Reading, editing and writing the new version take seconds for a config of 100 MB, and clients between
 * 2.1.260 and 2.1.317 wait 1.5 s for the lock: so it is held for the last comparison and the rename only.
 */
async function attemptWrite(group: Group, isUnderLock: boolean, ctx: Context): Promise<Attempted> {
  const target = await findWriteTarget(group.file, ctx.system.files);
  await requireFolder(target, group, ctx);
  const watch = watchName(target.path, ctx);
  try {
    const locked = isUnderLock
      ? await withConfigLock(
          group.file,
          async (isGood) => commit(group, await stage(group, ctx), { isGood, watch }, ctx),
          ctx,
        )
      : await commitUnderLock(group, await stage(group, ctx), watch, ctx);
    if (!locked.isCommitted)
      return { ...locked.draft, isSettled: locked.draft.after === null, mayHaveLost: false };
    const isSettled = await isOnDisk(group.file, locked.draft.after as Buffer, ctx);
    // One more turn of the event loop: whatever the read has seen, the watch has then seen too.
    await statOrNull(target.path, ctx.system.files);
    // Our rename shows once, and once more whoever wrote behind us. Any other went before us unseen.
    return { ...locked.draft, isSettled, mayHaveLost: watch.seen() > (isSettled ? 1 : 2) };
  } finally {
    watch.close();
  }
}

interface Prepared {
  readonly draft: Draft;
  /** Null when there is nothing to write. */
  readonly staged: Staged | null;
}

/** Everything that comes before the rename, the backup included. */
async function stage(group: Group, ctx: Context): Promise<Prepared> {
  // The look comes before the read, so that a change between the two is noticed.
  const target = await findWriteTarget(group.file, ctx.system.files);
  const draft = await draftWrite(group, ctx);
  countLosses(draft.verdicts, group);
  const { before, after } = draft;
  if (after === null) return { draft, staged: null };
  await removeLeftovers(target.path, ctx);
  if (group.makesBackups && before !== null) {
    group.backup = await renewBackup(group.backup, { file: group.file, bytes: before }, ctx);
  }
  return { draft, staged: await stageFile(target, { before, after }, ctx) };
}

interface Committing {
  readonly isGood: () => boolean;
  readonly watch: NameWatch;
}

interface Committed {
  readonly draft: Draft;
  readonly isCommitted: boolean;
}

async function commitUnderLock(
  group: Group,
  prepared: Prepared,
  watch: NameWatch,
  ctx: Context,
): Promise<Committed> {
  if (prepared.staged === null) return { draft: prepared.draft, isCommitted: false };
  try {
    return await withConfigLock(group.file, (isGood) => commit(group, prepared, { isGood, watch }, ctx), ctx);
  } catch (error) {
    await discard(prepared.staged, ctx);
    throw error;
  }
}

/** Renames, if the file is still what was read and the lock is still ours. */
async function commit(
  group: Group,
  { draft, staged }: Prepared,
  { isGood, watch }: Committing,
  ctx: Context,
): Promise<Committed> {
  if (staged === null) return { draft, isCommitted: false };
  try {
    // What others do from here on may be lost.
    watch.reset();
    const current = await findWriteTarget(group.file, ctx.system.files);
    if (current.path !== staged.target.path || !(await isUnchanged(staged, ctx)) || !isGood()) {
      await discard(staged, ctx);
      return { draft, isCommitted: false };
    }
    await commitFile(staged, ctx);
  } catch (error) {
    await discard(staged, ctx);
    throw error;
  }
  for (const [index, work] of group.works.entries()) {
    if (draft.verdicts[index]?.kind === 'write') group.written.add(work);
  }
  return { draft, isCommitted: true };
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

async function requireFolder({ path, stat }: WriteTarget, { file }: Group, ctx: Context): Promise<void> {
  if (stat !== null) return;
  // The client makes its own config folder; a project's folder is the user's to make.
  if (kindOfConfig(file) === 'user') await ctx.system.files.makeFolder(dirname(path), 0o700);
  else await ctx.system.files.stat(dirname(path));
}
