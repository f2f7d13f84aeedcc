import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import { orUnwritable, removeIfThere, replaceFile } from '../../state/durable-file.ts';
import type { LoopState } from '../model.ts';
import { loopFileIn, readLoopFile, writeLoopFile } from './loop-file.ts';
import { newLoopState } from './new-loop-state.ts';

type Disk = Pick<Context, 'system'>;

export interface Opened {
  readonly state: LoopState;
  readonly findings: readonly Finding[];
}

/**
 * What the loop remembers of a source; undefined: of whatever source it has. A damaged file does not stop it, but what
 * was suspended or contended is not known any more: the file is put aside, a new one takes its place that says so
 * (`damaged`), and nothing is enforced until somebody acknowledges it. Throws STATE_UNREADABLE, STATE_UNWRITABLE, STATE_FORMAT.
 */
export async function openLoopState(
  folder: string,
  { source, nowMs }: { readonly source: string | null | undefined; readonly nowMs: number },
  ctx: Disk,
): Promise<Opened> {
  const file = await readLoopFile(folder, ctx);
  if (file.kind === 'absent') return { state: newLoopState(source ?? null, nowMs), findings: [] };
  if (file.kind === 'sound') return { state: ofSource(file.state, source), findings: [] };
  const damaged = join(folder, `${ASIDE}${shortDigest(file.bytes)}.json`);
  // In this order: a crash between the two finds the damaged file again, and never none.
  await orUnwritable('keep what the loop remembered', () => replaceFile(damaged, file.bytes, ctx));
  const state: LoopState = { ...newLoopState(source ?? null, nowMs), damaged };
  await writeLoopFile(folder, state, ctx);
  await dropOldest(folder, ctx);
  return { state, findings: [findingOf(loopFileIn(folder), file.why, damaged)] };
}

/** Of another source, what was read or applied before says nothing; what people said of addresses still holds. */
function ofSource(state: LoopState, source: string | null | undefined): LoopState {
  if (source === undefined || state.source === source) return state;
  return { ...state, source, lastAttempted: null, lastApplied: null, failures: 0 };
}

const ASIDE = 'loop.damaged-';
const MOST_KEPT = 5;

async function dropOldest(folder: string, ctx: Disk): Promise<void> {
  const { files } = ctx.system;
  const names = (await files.list(folder)).filter((name) => name.startsWith(ASIDE) && name.endsWith('.json'));
  const kept = await Promise.all(
    names.map(async (name) => ({ name, modifiedMs: (await files.stat(join(folder, name))).modifiedMs })),
  );
  const old = kept.sort((a, b) => b.modifiedMs - a.modifiedMs).slice(MOST_KEPT);
  for (const { name } of old) await removeIfThere(join(folder, name), ctx);
}

function shortDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

function findingOf(path: string, why: string, damaged: string): Finding {
  return {
    code: 'LOOP_STATE_DAMAGED',
    severity: 'error',
    message: `"${path}" ${why}, so what was suspended or contended is not known; it is kept as "${damaged}"`,
    hint: 'suspend again what shall be left alone, then run `mcpform resume`: nothing is enforced before',
  };
}
