import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { replaceFile } from '../../state/durable-file.ts';
import type { ServiceManager } from './manager.ts';
import { mark, standingOf } from './mark.ts';
import type { ServiceSpec } from './spec.ts';

type Disk = Pick<Context, 'system'>;

export interface ServiceFile {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly standing: 'ours' | 'changed' | 'foreign';
}

/** Writes the file of a service, 0600. Throws SERVICE_FOREIGN where one is that is not as we wrote it. */
export async function writeService(
  spec: ServiceSpec,
  manager: ServiceManager,
  ctx: Disk,
): Promise<{ readonly file: string; readonly result: 'created' | 'replaced' | 'unchanged' }> {
  const file = join(manager.folder, manager.fileName(spec.name));
  const bytes = manager.encode(mark(manager.render(spec)));
  const before = await readIfPlain(file, ctx);
  if (before !== null) assertOurs({ name: spec.name, file, standing: standingOf(manager.decode(before)) });
  if (before?.equals(bytes)) return { file, result: 'unchanged' };
  await orFail(`write "${file}"`, async () => {
    await ctx.system.files.makeFolder(manager.folder, 0o755);
    await replaceFile(file, bytes, ctx);
  });
  return { file, result: before === null ? 'created' : 'replaced' };
}

/** All that look like ours by name, sorted. */
export async function listServices(manager: ServiceManager, ctx: Disk): Promise<readonly ServiceFile[]> {
  const found: ServiceFile[] = [];
  for (const fileName of await namesIn(manager.folder, ctx)) {
    const name = manager.nameOf(fileName);
    if (name === null) continue;
    const file = join(manager.folder, fileName);
    const bytes = await readIfPlain(file, ctx);
    if (bytes === null) continue;
    found.push({ name, file, standing: standingOf(manager.decode(bytes)) });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Removes the file, and the links that the system made to it. */
export async function removeService(service: ServiceFile, manager: ServiceManager, ctx: Disk): Promise<void> {
  assertOurs(service);
  const { files } = ctx.system;
  await orFail(`remove "${service.file}"`, async () => {
    for (const link of manager.links(service.name)) {
      const isLink = await files.stat(link).then(
        ({ kind }) => kind === 'link',
        () => false,
      );
      if (isLink) await files.remove(link);
    }
    await files.remove(service.file);
    await files.syncFolder(manager.folder);
  });
}

export function assertOurs({ file, standing }: ServiceFile): void {
  if (standing === 'ours') return;
  throw new McpformError(
    'SERVICE_FOREIGN',
    standing === 'changed' ? `"${file}" was edited after mcpform wrote it` : `"${file}" is not from mcpform`,
    { hint: 'move it away, then do this again' },
  );
}

async function namesIn(folder: string, { system }: Disk): Promise<readonly string[]> {
  return await orFail(`read "${folder}"`, async () => {
    try {
      return await system.files.list(folder);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  });
}

/** The bytes of a file; null when there is none. A link or folder in its place is somebody else's. */
async function readIfPlain(file: string, { system }: Disk): Promise<Buffer | null> {
  return await orFail(`read "${file}"`, async () => {
    try {
      const { kind } = await system.files.stat(file);
      return kind === 'file' ? await system.files.read(file) : Buffer.from(`a ${kind}`);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
  });
}

async function orFail<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error instanceof McpformError) throw error;
    throw new McpformError('SERVICE_FAILED', `cannot ${what}: ${error.code}`, {
      cause: error,
      hint: 'look at the disk, and at who may write there',
    });
  }
}
