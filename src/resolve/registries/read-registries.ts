import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { WrittenEntry } from './parse-registries.ts';

/** Root's; never taken from the environment or from a manifest. */
const MACHINE_FILE = '/etc/mcpform/registries.yaml';
const MAX_BYTES = 1024 * 1024;

/**
 * What the machine's configuration says of registries, by canonical host: root's file and the user's, whose entries
 * win. No file is no configuration; one that is there and cannot be read or understood is
 * RESOLVE_REGISTRIES_INVALID, with all its findings.
 */
export async function readRegistries(ctx: Context): Promise<ReadonlyMap<string, WrittenEntry>> {
  const paths = [MACHINE_FILE, join(ctx.folders.config, 'registries.yaml')];
  const [machine, user] = await Promise.all(paths.map((path) => readFile(path, ctx)));
  return new Map([...(machine ?? []), ...(user ?? [])]);
}

async function readFile(path: string, ctx: Context): Promise<ReadonlyMap<string, WrittenEntry>> {
  const bytes = await readBytes(path, ctx);
  if (bytes === null) return new Map();
  const { parseRegistries } = await import('./parse-registries.ts');
  const { entries, findings } = parseRegistries(bytes, path);
  if (entries !== null) return entries;
  const { locateFindings } = await import('../../manifest/locate.ts');
  throw new McpformError('RESOLVE_REGISTRIES_INVALID', `"${path}" is not valid`, {
    findings: locateFindings(findings, [{ path, bytes }]),
  });
}

async function readBytes(path: string, { system }: Context): Promise<Buffer | null> {
  try {
    const { kind, size } = await system.files.stat(await system.files.realPath(path));
    if (kind === 'file' && size <= MAX_BYTES) return await system.files.read(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (!isErrno(error, 'EACCES', 'EPERM', 'ELOOP', 'EIO')) throw error;
    throw unreadable(path, error);
  }
  throw unreadable(path);
}

function unreadable(path: string, cause?: unknown): McpformError {
  return new McpformError('RESOLVE_REGISTRIES_INVALID', `"${path}" is there but cannot be read`, {
    hint: 'it should be a file of less than a megabyte that you may read',
    at: { file: path },
    cause,
  });
}
