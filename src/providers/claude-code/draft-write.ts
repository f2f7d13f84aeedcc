import { editJson } from '../../formats/json-edit.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { type JsonObject, sameJson } from '../../model/json.ts';
import type { Work } from '../../model/provider.ts';
import type { Group } from './group.ts';
import { lookUp, type PlannedEdits, planEdits, type StepError, type Verdict } from './plan-edits.ts';
import { parseConfig, readBytes } from './read-config.ts';
import { kindOfConfig } from './write-target.ts';

/** What one write of a file would be, made from one reading of it. */
export interface Draft {
  /** One per step, in order. */
  readonly verdicts: readonly Verdict[];
  /** The file's value once written; as it is, when nothing is to be written. */
  readonly root: JsonObject;
  /** What was read; null when there is no file. */
  readonly before: Buffer | null;
  /** What to write; null when everything is as it should be, or cannot be brought there. */
  readonly after: Buffer | null;
}

/** Reads the file, judges every step on it and makes all edits in one pass. Writes nothing. */
export async function draftWrite(group: Group, ctx: Context): Promise<Draft> {
  const { before, text, root } = await readNow(group.file, ctx);
  const { plan, edited } = editAll({ text, root }, group, ctx);
  const { verdicts } = plan;
  if (edited === text) return { verdicts, root, before, after: null };
  return { verdicts, root: checkEdited(edited, plan, group.file), before, after: Buffer.from(edited) };
}

interface Text {
  readonly text: string;
  readonly root: JsonObject;
}

async function readNow(file: string, ctx: Context): Promise<Text & { readonly before: Buffer | null }> {
  const read = await readBytes(file, ctx.system.files);
  if (read.kind === 'unavailable') throw failureOf(read.finding);
  // The client ends no file with a line break; in a new file that git will show, one is kinder.
  const empty = kindOfConfig(file) === 'project' ? '{}\n' : '{}';
  if (read.kind === 'absent') return { before: null, text: empty, root: {} };
  const parsed = parseConfig(read.bytes, file);
  if (parsed.kind === 'unavailable') throw failureOf(parsed.finding);
  return { before: read.bytes, text: parsed.text, root: parsed.value };
}

function failureOf({ code, message, hint }: Finding): McpformError {
  return new McpformError(code, message, hint === undefined ? {} : { hint });
}

/** All edits in one pass. When that fails, the steps that cannot be made alone are refused and the others made. */
function editAll(
  { text, root }: Text,
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
