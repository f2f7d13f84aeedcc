import { isAbsolute, join, resolve } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { Files } from '../../model/system.ts';

/** Where this user's Claude Code keeps things. */
export interface UserPaths {
  /** The file with user and local entries, as the client opens it: links are not resolved. */
  readonly config: string;
  /** The folder of `settings.json`. */
  readonly folder: string;
  readonly findings: readonly Finding[];
}

/**
 * The client's own rules: `CLAUDE_CONFIG_DIR` verbatim (empty counts as unset), and a `.config.json` in the config
 * folder is read instead of `.claude.json`.
 */
export async function findUserPaths(ctx: Context): Promise<UserPaths> {
  const override = ctx.env['CLAUDE_CONFIG_DIR'] || undefined;
  const folder = resolve(override ?? join(ctx.home, '.claude'));
  const legacy = join(folder, '.config.json');
  const usual = join(override === undefined ? ctx.home : folder, '.claude.json');
  const config = (await exists(legacy, ctx.system.files)) ? legacy : usual;
  return { config, folder, findings: override === undefined ? [] : relativeFolder(override) };
}

function relativeFolder(override: string): readonly Finding[] {
  if (isAbsolute(override)) return [];
  return [
    {
      code: 'CLIENT_CONFIG_DIR_RELATIVE',
      severity: 'warning',
      message: `CLAUDE_CONFIG_DIR is "${override}": Claude Code reads another file in every folder it is started in`,
      hint: 'set it to an absolute path; `~` is not expanded',
    },
  ];
}

/** `.mcp.json` of a folder: the file of project scope. */
export function projectFile(folder: string): string {
  return join(folder, '.mcp.json');
}

/**
 * Folders with the administrator's settings, all of which count. `MCPFORM_CLAUDE_MANAGED_FOLDER` names another one:
 * it only decides what findings say, the client reads its own.
 */
export function managedFolders(ctx: Pick<Context, 'platform' | 'env'>): readonly string[] {
  const override = ctx.env['MCPFORM_CLAUDE_MANAGED_FOLDER'];
  if (override !== undefined && override !== '') return [override];
  switch (ctx.platform) {
    case 'darwin':
      return ['/Library/Application Support/ClaudeCode'];
    case 'win32':
      return ['C:\\Program Files\\ClaudeCode'];
    default:
      return isWsl(ctx) ? ['/etc/claude-code', '/mnt/c/Program Files/ClaudeCode'] : ['/etc/claude-code'];
  }
}

function isWsl(ctx: Pick<Context, 'env'>): boolean {
  return ctx.env['WSL_DISTRO_NAME'] !== undefined;
}

/** As the client asks: through links, and a file it may not see is not there. */
export async function exists(path: string, files: Files): Promise<boolean> {
  try {
    await files.realPath(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return false;
    throw error;
  }
}
