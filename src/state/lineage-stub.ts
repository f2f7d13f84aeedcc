import { basename, join } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { readIfThere, replaceFile } from './durable-file.ts';
import { exists, filesIn, makeDurableFolder, shortHash } from './folder.ts';
import { wayOut } from './inventory-file.ts';

type StubContext = Pick<Context, 'system' | 'folders'>;

/** Outside the state folder, so that it is still there when the folder is not. */
export interface LineageStub {
  readonly formatVersion: 1;
  readonly lineage: string;
  readonly stack: string;
  readonly folder: string;
  /** Whether there was, or was about to be, anything in the books. */
  readonly hasEntries: boolean;
}

export function stubFile(folder: string, ctx: Pick<Context, 'folders'>): string {
  return join(ctx.folders.data, 'lineages', `${basename(folder)}-${shortHash(folder)}.json`);
}

/** What we remember of a state folder apart from it. A damaged stub remembers that there was something. */
export async function readStub(folder: string, ctx: StubContext): Promise<LineageStub | null> {
  const bytes = await readIfThere(stubFile(folder, ctx), ctx);
  if (bytes === null) return null;
  try {
    return JSON.parse(bytes.toString('utf8')) as LineageStub;
  } catch {
    return { formatVersion: 1, lineage: '', stack: basename(folder), folder, hasEntries: true };
  }
}

/** Remembers; durable when it returns. Writes only what is not known yet. */
export async function writeStub(stub: LineageStub, ctx: StubContext): Promise<void> {
  const known = await readStub(stub.folder, ctx);
  if (known?.lineage === stub.lineage && known.hasEntries === stub.hasEntries) return;
  const path = stubFile(stub.folder, ctx);
  await makeDurableFolder(join(ctx.folders.data, 'lineages'), ctx);
  await replaceFile(path, `${JSON.stringify(stub)}\n`, ctx);
}

/** A folder without an inventory is a new stack only if nothing says that there was one. */
export async function assertNotLost(folder: string, ctx: StubContext): Promise<void> {
  const { inventory, journal, previous } = filesIn(folder);
  const stub = await readStub(folder, ctx);
  const traces = [previous, journal];
  const found = await Promise.all(traces.map((path) => exists(path, ctx)));
  if (stub?.hasEntries !== true && !found.includes(true)) return;
  throw new McpformError('STATE_LOST', `the books of this stack are gone: "${inventory}" is missing`, {
    hint: await wayOut(folder, ctx),
  });
}
