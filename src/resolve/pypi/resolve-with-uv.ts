import { join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import { shownOutput } from '../child-env.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { pythonEnv } from '../python.ts';
import type { Project } from './project-name.ts';
import { parseRequirements } from './requirements.ts';
import { type Resolved, requirementOf } from './resolve-with-pip.ts';
import type { World } from './run-pip.ts';

const timeoutMs = 10 * 60_000;

/** Whether uv is on the PATH. */
export async function hasUv(ctx: World): Promise<boolean> {
  try {
    const options = { env: uvEnv(ctx), inheritsEnv: false, timeoutMs: 30_000 };
    return (await ctx.system.processes.run('uv', ['--version'], options)).exitCode === 0;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'ENOEXEC', 'ETIMEDOUT')) return false;
    throw error;
  }
}

/**
 * Lets uv choose, for every platform and Python at once, with the hashes of all wheels. It never builds: what has no
 * wheel is refused. The folder is empty, so that no project's configuration applies, only the user's.
 *
 * Written after uv's reference and tested with a faked uv; it was not run with a real one.
 * https://docs.astral.sh/uv/reference/cli/#uv-pip-compile
 */
export function resolveWithUv(
  project: Project,
  { cooldownMs }: { readonly cooldownMs: number },
  ctx: World,
): Promise<Resolved> {
  return withPrivateFolder(async (folder) => {
    await ctx.system.files.create(join(folder, 'requirements.in'), `${requirementOf(project)}\n`, {
      mode: 0o600,
      sync: false,
    });
    const { exitCode, stdout, stderr } = await runUv(compile(project, cooldownMs, ctx), folder, ctx);
    if (exitCode !== 0) throw failure(stderr, exitCode, project);
    const { pinned, leftOut } = parseRequirements(stdout);
    const version = pinned.find(({ name }) => name === project.name)?.version;
    if (version === undefined) throw failure('it is not in what uv printed', exitCode, project);
    const header = ['Written by mcpform; commit it beside the lock.', 'Resolved by uv for all machines.'];
    return { version, requirements: { header, pinned, leftOut }, findings: [] };
  }, ctx);
}

function compile({ wanted }: Project, cooldownMs: number, { system }: World): readonly string[] {
  const isCooled = cooldownMs > 0 && wanted.kind !== 'exact';
  const before = new Date(system.clock.now() - cooldownMs).toISOString();
  return [
    ...['pip', 'compile', '--universal', '--generate-hashes', '--only-binary', ':all:'],
    ...['--no-header', '--no-annotate', '--no-strip-markers', '--color', 'never', '--no-progress', '--quiet'],
    ...(isCooled ? ['--exclude-newer', before] : []),
    ...['--', 'requirements.in'],
  ];
}

async function runUv(args: readonly string[], folder: string, ctx: World) {
  try {
    return await ctx.system.processes.run('uv', args, {
      cwd: folder,
      env: uvEnv(ctx),
      inheritsEnv: false,
      timeoutMs,
    });
  } catch (error) {
    if (!isErrno(error, 'ETIMEDOUT')) throw error;
    throw new McpformError('RESOLVE_UNAVAILABLE', `uv took longer than ${timeoutMs / 60_000} minutes`, {
      cause: error,
    });
  }
}

/** Of uv's own variables all but those that let it build, or read a project's files. */
function uvEnv(ctx: World): Record<string, string> {
  return pythonEnv(
    ctx,
    (name) => !/^UV_(NO_BINARY|PROJECT|WORKING_DIR|OVERRIDE|BUILD_|ENV_FILE|REQUIRE_HASHES)/.test(name),
  );
}

function failure(stderr: string, exitCode: number, { written }: Project): McpformError {
  const isNetwork =
    /error sending request|dns error|connect(ion)? (error|refused)|timed out|Failed to fetch/i.test(stderr);
  const isSource =
    /has no usable wheels|no matching (platform|Python ABI)|building source distributions is disabled/i.test(
      stderr,
    );
  const isMissing = /was not found in the package registry|there (is|are) no versions? of/i.test(stderr);
  const code = isNetwork
    ? 'RESOLVE_UNAVAILABLE'
    : isSource
      ? 'RESOLVE_NO_WHEEL'
      : isMissing
        ? 'RESOLVE_NOT_FOUND'
        : 'RESOLVE_TOOL';
  return new McpformError(
    code,
    `uv could not resolve "${written}" (exit code ${exitCode}): ${shownOutput(stderr)}`,
    {
      hint: 'run `uv pip compile` by hand to see all of it',
    },
  );
}
