import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { readIfThere } from './durable-file.ts';
import { listGenerations } from './generations.ts';
import { readInventory } from './inventory-file.ts';
import type { LineageStub } from './lineage-stub.ts';

type Disk = Pick<Context, 'system' | 'folders'>;

/**
 * Ids of every launch that an entry of any stack of this user starts, or that one of their kept generations would
 * start again. Null when some books cannot be read: then nobody knows what is no longer needed.
 */
export async function launchesInBooks(ctx: Disk): Promise<ReadonlySet<string> | null> {
  const ids = new Set<string>();
  for (const stub of await readStubs(ctx)) {
    const books = stub === null ? null : await readBooks(stub, ctx);
    if (books === null) return null;
    for (const id of books) ids.add(id);
  }
  return ids;
}

async function readBooks({ folder, hasEntries }: LineageStub, ctx: Disk): Promise<readonly string[] | null> {
  try {
    const inventory = await readInventory(folder, ctx);
    if (inventory === null && hasEntries) return null;
    const { generations, findings } = await listGenerations(folder, ctx);
    if (findings.length > 0) return null;
    return [
      ...Object.values(inventory?.entries ?? {}).flatMap(({ launch }) => launch ?? []),
      ...generations.flatMap(({ launches = [] }) => launches),
    ];
  } catch (error) {
    if (error instanceof McpformError || isErrno(error, 'EACCES', 'EPERM', 'EIO')) return null;
    throw error;
  }
}

/** What is remembered of all stacks, wherever their books are; null for one that cannot be read. */
export async function readStubs({ system, folders }: Disk): Promise<readonly (LineageStub | null)[]> {
  const folder = join(folders.data, 'lineages');
  const names = await system.files.list(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  return await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => parseStub(await readIfThere(join(folder, name), { system }))),
  );
}

function parseStub(bytes: Buffer | null): LineageStub | null {
  try {
    const stub = JSON.parse((bytes ?? '').toString('utf8')) as Partial<LineageStub> | null;
    return typeof stub?.folder === 'string' ? (stub as LineageStub) : null;
  } catch {
    return null;
  }
}
