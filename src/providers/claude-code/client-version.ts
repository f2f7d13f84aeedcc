import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { FileStat } from '../../model/system.ts';

/** From here on the client waits for a held lock, and gives up rather than write without it. */
const HONOURS_LOCKS = [2, 1, 318] as const;

const RUN_TIMEOUT_MS = 5_000;

/**
 * Whether the client on PATH takes and respects the lock on the user's config. One that cannot be found or asked
 * counts as old: then we look longer.
 */
export async function honoursLocks(ctx: Context): Promise<boolean> {
  const version = await findVersion(ctx);
  const numbers = /^(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? '')
    ?.slice(1)
    .map(Number);
  if (numbers === undefined) return false;
  for (const [index, least] of HONOURS_LOCKS.entries()) {
    const number = numbers[index] as number;
    if (number !== least) return number > least;
  }
  return true;
}

/** `2.1.328`, or null when no client is on PATH or it does not say. */
export async function findVersion(ctx: Context): Promise<string | null> {
  const program = await findProgram(ctx);
  if (program === null) return null;
  return (await versionOfPackage(program.path, ctx)) ?? (await versionOfProgram(program, ctx));
}

interface Program {
  readonly path: string;
  readonly stat: FileStat;
}

/** Links resolved, as the installed file is what changes with an update. */
async function findProgram(ctx: Context): Promise<Program | null> {
  const names = ctx.platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];
  for (const folder of (ctx.env['PATH'] ?? '').split(delimiter)) {
    // A relative folder on PATH would start whatever the working directory holds under that name.
    for (const name of isAbsolute(folder) ? names : []) {
      const found = await programAt(join(folder, name), ctx);
      if (found !== null) return found;
    }
  }
  return null;
}

async function programAt(candidate: string, ctx: Context): Promise<Program | null> {
  const { files } = ctx.system;
  try {
    const path = await files.realPath(candidate);
    const stat = await files.stat(path);
    return stat.kind === 'file' ? { path, stat } : null;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return null;
    throw error;
  }
}

/** An npm install says it in a file, which is cheaper than a start. */
async function versionOfPackage(program: string, ctx: Context): Promise<string | null> {
  let folder = dirname(program);
  for (let level = 0; level < 3; level += 1, folder = dirname(folder)) {
    const found = await readJson(join(folder, 'package.json'), ctx);
    const { name, version } = found ?? {};
    if (
      typeof name === 'string' &&
      name.startsWith('@anthropic-ai/claude-code') &&
      typeof version === 'string'
    ) {
      return version;
    }
  }
  return null;
}

async function versionOfProgram({ path, stat }: Program, ctx: Context): Promise<string | null> {
  const cache = join(ctx.folders.cache, 'claude-code-version.json');
  const key = `${path} ${stat.size} ${stat.modifiedMs}`;
  const known = await readJson(cache, ctx);
  if (known?.['program'] === key && typeof known['version'] === 'string') return known['version'];
  const version = await askProgram(path, ctx);
  if (version !== null) await remember(cache, { program: key, version }, ctx);
  return version;
}

async function askProgram(path: string, ctx: Context): Promise<string | null> {
  const set = Object.entries(ctx.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  try {
    const { exitCode, stdout } = await ctx.system.processes.run(path, ['--version'], {
      env: Object.fromEntries(set),
      timeoutMs: RUN_TIMEOUT_MS,
    });
    return exitCode === 0 ? (/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null) : null;
  } catch {
    // Whatever keeps it from starting: its version stays unknown, and we are careful.
    return null;
  }
}

async function remember(cache: string, value: Record<string, string>, ctx: Context): Promise<void> {
  const { files, processes } = ctx.system;
  try {
    const temporary = `${cache}.${(await processes.identity()).pid}.tmp`;
    await files.makeFolder(dirname(cache), 0o700);
    await files.create(temporary, JSON.stringify(value), { mode: 0o600, sync: false });
    await files.rename(temporary, cache);
  } catch {
    // A cache only saves time.
  }
}

async function readJson(path: string, ctx: Context): Promise<Record<string, unknown> | null> {
  try {
    const value: unknown = JSON.parse((await ctx.system.files.read(path)).toString('utf8'));
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    // Absent, torn, or no JSON: nothing is known.
    return null;
  }
}
