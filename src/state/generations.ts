import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Outcome } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Plan } from '../model/plan.ts';
import { readIfThere, removeIfThere, replaceFile, sweepTemporaries } from './durable-file.ts';
import { filesIn, makeDurableFolder } from './folder.ts';

type Disk = Pick<Context, 'system'>;

/** What one apply was about: enough to plan towards it again. References to secrets only. */
export interface GenerationContent {
  readonly command: string;
  readonly manifest: Manifest;
  /** The text of the lock file, null when there was none. */
  readonly lock: string | null;
  readonly plan: Plan;
  /** Git revision of the manifest, or null. */
  readonly revision: string | null;
  readonly outcomes: readonly Outcome[];
  /** Ids of what its entries start through `mcpform exec`, kept in the store for as long as this is. */
  readonly launches?: readonly string[];
}

export interface Generation extends GenerationContent {
  readonly formatVersion: 1;
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `sha256:` + hex of the file of the generation before; null for the first. */
  readonly previous: string | null;
}

/** How many are kept. The oldest kept one names the digest of one that is gone; that is no break. */
export const KEPT_GENERATIONS = 50;

/** Adds a generation to the chain, under the lock of the folder. Returns it. */
export async function appendGeneration(
  folder: string,
  content: GenerationContent,
  ctx: Disk,
): Promise<Generation> {
  const generations = filesIn(folder).generations;
  await makeDurableFolder(generations, ctx);
  await sweepTemporaries(generations, ctx);
  const numbers = await numbersIn(generations, ctx);
  const last = numbers.at(-1) ?? 0;
  const before = last === 0 ? null : await readIfThere(fileOf(generations, last), ctx);
  const generation: Generation = {
    formatVersion: 1,
    number: last + 1,
    time: new Date(ctx.system.clock.now()).toISOString(),
    previous: before === null ? null : digestOf(before),
    ...content,
  };
  await replaceFile(fileOf(generations, generation.number), `${JSON.stringify(generation)}\n`, ctx);
  for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - KEPT_GENERATIONS))) {
    await removeIfThere(fileOf(generations, old), ctx);
  }
  return generation;
}

/** All that are kept, oldest first, and a finding for each break in the chain. */
export async function listGenerations(
  folder: string,
  ctx: Disk,
): Promise<{ readonly generations: readonly Generation[]; readonly findings: readonly Finding[] }> {
  const path = filesIn(folder).generations;
  const generations: Generation[] = [];
  const findings: Finding[] = [];
  let before: { readonly number: number; readonly digest: string } | null = null;
  for (const number of await numbersIn(path, ctx)) {
    const file = fileOf(path, number);
    const bytes = (await readIfThere(file, ctx)) ?? Buffer.alloc(0);
    const generation = parseGeneration(bytes);
    const isLinked = before === null || isNext(before, number, generation);
    if (generation?.number !== number) findings.push(broken(file, `generation ${number} cannot be read`));
    else if (!isLinked)
      findings.push(broken(file, `what came before generation ${number} was changed or removed`));
    if (generation?.number === number) generations.push(generation);
    before = { number, digest: digestOf(bytes) };
  }
  return { generations, findings };
}

/** One generation. Throws STATE_HISTORY_UNKNOWN, or STATE_HISTORY_BROKEN when it or its successor says it was changed. */
export async function readGeneration(folder: string, number: number, ctx: Disk): Promise<Generation> {
  const { generations, findings } = await listGenerations(folder, ctx);
  const found = generations.find((generation) => generation.number === number);
  const finding = findings.find(({ at }) =>
    [number, number + 1].some((n) => at?.file === fileOf(filesIn(folder).generations, n)),
  );
  if (finding !== undefined) throw new McpformError('STATE_HISTORY_BROKEN', finding.message, finding);
  if (found !== undefined) return found;
  throw new McpformError('STATE_HISTORY_UNKNOWN', `there is no generation ${number}`, {
    hint: '`mcpform history` lists those that are kept',
  });
}

function isNext(before: { number: number; digest: string }, number: number, now: Generation | null): boolean {
  return number === before.number + 1 && now?.previous === before.digest;
}

function broken(file: string, message: string): Finding {
  const hint = 'do not roll back to anything before it; applying still works';
  return { code: 'STATE_HISTORY_BROKEN', severity: 'warning', message, hint, at: { file } };
}

function parseGeneration(bytes: Buffer): Generation | null {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Generation | null;
    return value?.formatVersion === 1 ? value : null;
  } catch {
    return null;
  }
}

async function numbersIn(folder: string, ctx: Disk): Promise<readonly number[]> {
  try {
    const names = await ctx.system.files.list(folder);
    const numbers = names.flatMap((name) => (/^\d{6,}\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
    return numbers.sort((a, b) => a - b);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function fileOf(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(6, '0')}.json`);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
