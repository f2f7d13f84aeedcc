import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join, resolve, sep } from 'node:path';
import { removeSealed } from '../../src/system/launch/remove-sealed.ts';

/** A home folder that is thrown away, and everything a child process may know of the world. */
export interface Home {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** A folder inside it to work in, not a git repository. */
  readonly project: string;
  /** PATH, HOME, the XDG folders, and what keeps Claude Code quiet and offline; nothing else. */
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

const prefix = 'mcpform-home-';

export async function throwawayHome(): Promise<Home> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), prefix));
  const project = join(folder, 'project');
  await mkdir(project);
  assertThrowaway(folder);
  return { folder, project, env: environment(folder), remove: () => removeHome(folder) };
}

/** A second environment for the same programs: another home folder that already exists below a throw-away one. */
export function environment(folder: string): Record<string, string> {
  assertThrowaway(folder);
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, '.config'),
    XDG_STATE_HOME: join(folder, '.local/state'),
    XDG_DATA_HOME: join(folder, '.local/share'),
    XDG_CACHE_HOME: join(folder, '.cache'),
    TERM: 'dumb',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
}

/**
 * Throws unless the path lies in a folder that `throwawayHome` made. Called before every child process, for its
 * home, its working directory and every folder its environment names: no test ever touches the real home.
 */
export function assertThrowaway(path: string): void {
  const folders = resolve(path).split(sep);
  const isThrowaway = folders.some((folder) => folder.startsWith(prefix) && folder.length > prefix.length);
  const isReal = [homedir(), userInfo().homedir].some((real) => resolve(real) === resolve(path));
  if (isReal) throw new Error(`a test would touch the real home folder "${path}"`);
  if (!isThrowaway) throw new Error(`a test would run outside its throw-away home, in "${path}"`);
}

/** The same for a whole child process. */
export function assertContained(cwd: string, env: Readonly<Record<string, string>>): void {
  assertThrowaway(cwd);
  assertThrowaway(env['HOME'] ?? homedir());
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('XDG_') || name === 'CLAUDE_CONFIG_DIR') assertThrowaway(resolve(cwd, value));
  }
}

async function removeHome(folder: string): Promise<void> {
  assertThrowaway(folder);
  // Whoever is not root cannot simply remove the read-only stores of installed packages.
  await removeSealed(folder);
}
