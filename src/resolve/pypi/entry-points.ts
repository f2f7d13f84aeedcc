import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import { normalizedName } from './project-name.ts';

export interface EntryPoint {
  readonly name: string;
  readonly module: string;
  readonly object: string;
}

type Disk = Pick<Context, 'system'>;

/** The console scripts of one project in a folder of packages, in the order of its metadata. */
export async function readPrograms(
  folder: string,
  project: string,
  ctx: Disk,
): Promise<readonly EntryPoint[]> {
  const info = (await distributionsIn(folder, ctx)).find((name) => projectOf(name) === project);
  return info === undefined
    ? []
    : parseEntryPoints(await entryPointsOf(join(folder, info), ctx), 'console_scripts');
}

/** Names of the `*.dist-info` folders. */
export async function distributionsIn(folder: string, ctx: Disk): Promise<readonly string[]> {
  return (await ctx.system.files.list(folder)).filter((name) => name.endsWith('.dist-info')).sort();
}

/** The text of a distribution's `entry_points.txt`; empty when it has none. */
export async function entryPointsOf(distribution: string, ctx: Disk): Promise<string> {
  try {
    return (await ctx.system.files.read(join(distribution, 'entry_points.txt'))).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  }
}

/**
 * https://packaging.python.org/specifications/entry-points. What is no pair of plain Python names is left out: it
 * would be put into code.
 */
export function parseEntryPoints(text: string, group: string): readonly EntryPoint[] {
  const found: EntryPoint[] = [];
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) current = section.trim();
    if (section !== undefined || current !== group) continue;
    const match =
      /^\s*([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*=\s*([\p{ID_Continue}.]+)\s*:\s*([\p{ID_Continue}.]+)\s*(?:\[[^\]]*\])?\s*$/u.exec(
        line,
      );
    if (match === null) continue;
    const [, name = '', module = '', object = ''] = match;
    if (isDottedName(module) && isDottedName(object)) found.push({ name, module, object });
  }
  return found;
}

function isDottedName(text: string): boolean {
  return text.split('.').every((part) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(part));
}

/** `mcp_server_time-2026.1.1.dist-info` is of `mcp-server-time`. */
function projectOf(distribution: string): string {
  return normalizedName(distribution.slice(0, distribution.indexOf('-')));
}
