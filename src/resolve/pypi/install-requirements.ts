import { join } from 'node:path';
import { McpformError } from '../../model/error.ts';
import type { Python } from '../python.ts';
import { normalizedName } from './project-name.ts';
import { printRequirements, type Requirements } from './requirements.ts';
import { type PipRun, pipFailure, runPip, type World } from './run-pip.ts';

export interface InstallOptions extends Pick<Requirements, 'pinned' | 'leftOut'> {
  readonly python: Python;
  /** Private and empty: pip runs here. */
  readonly folder: string;
  /** Where the packages go; null: nowhere, they are fetched and compared with their hashes. */
  readonly target: string | null;
}

/**
 * Lets pip fetch and unpack exactly these wheels. It compares each with its hashes before it opens it, takes no
 * dependency that is not listed, and compiles nothing. RESOLVE_INTEGRITY when a hash differs.
 */
export async function installRequirements(
  { python, pinned, leftOut, folder, target }: InstallOptions,
  ctx: World,
): Promise<void> {
  const list = join(folder, 'requirements.txt');
  const text = printRequirements({ header: [], pinned, leftOut });
  await ctx.system.files.create(list, text, { mode: 0o600, sync: false });
  const run = await runPip(
    python,
    [
      ...['install', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-compile'],
      ...['--no-color', '--progress-bar', 'off', '--no-warn-script-location', '--ignore-installed'],
      // A target even for a dry run: Debian's pip refuses to think about its own folders.
      ...['--target', target ?? join(folder, 'nothing'), ...(target === null ? ['--dry-run'] : [])],
      ...['--requirement', list],
    ],
    folder,
    ctx,
  );
  if (run.exitCode !== 0) throw explain(run, leftOut);
}

function explain(run: PipRun, leftOut: Requirements['leftOut']): McpformError {
  const missing = /No matching distribution found for ([A-Za-z0-9._-]+)/.exec(run.stderr)?.[1];
  const needed = leftOut.find(({ name }) =>
    missing === undefined ? isUnpinned(name, run.stderr) : normalizedName(missing) === name,
  );
  if (needed !== undefined) {
    return new McpformError(
      'RESOLVE_PARTIAL',
      `this machine also needs "${needed.name}", which the lock does not have`,
      {
        hint: 'it was locked with pip on another kind of machine: lock with uv on the PATH, which looks for all of them',
      },
    );
  }
  const failure = pipFailure(run, 'fetch the locked wheels');
  if (missing === undefined || failure.code !== 'RESOLVE_TOOL') return failure;
  return new McpformError('RESOLVE_NOT_FOUND', `no index has a wheel of "${missing}" for this machine`, {
    hint: 'check `pip config list`, and whether that version supports your Python and platform',
  });
}

/** pip takes nothing without an exact version and a hash, and lists what has none. */
function isUnpinned(name: string, stderr: string): boolean {
  return stderr.includes('--require-hashes') && new RegExp(`^ +${name}[^A-Za-z0-9._-]`, 'm').test(stderr);
}
