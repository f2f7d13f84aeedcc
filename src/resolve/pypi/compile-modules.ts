import { isErrno, McpformError } from '../../model/error.ts';
import { type Python, pythonEnv } from '../python.ts';
import type { World } from './run-pip.ts';

export interface CompileRequest {
  readonly python: Python;
  readonly target: string;
  /** Empty: Python runs here. */
  readonly folder: string;
}

const timeoutMs = 10 * 60_000;

/**
 * Writes the byte code of all modules beside them. The store is read-only, so Python could not keep it, and would
 * compile again at each start: of the MCP SDK that is 0.3 s of 0.8 s. It compiles and runs nothing. What does not
 * compile, such as a template, stays as it is.
 *
 * The same files give the same bytes: one process, a fixed order and hash seed, no times, and no path of the folder
 * in the code. The byte code is never compared with its source again, as the store compares both with the lock.
 */
export async function compileModules({ python, target, folder }: CompileRequest, ctx: World): Promise<void> {
  const args = [
    '-s',
    '-S',
    '-B',
    '-m',
    'compileall',
    '-q',
    '-q',
    '--invalidation-mode',
    'unchecked-hash',
    '-s',
    target,
    target,
  ];
  try {
    await ctx.system.processes.run(python.command, [...python.args, ...args], {
      cwd: folder,
      // Only read without `-I`. Everything else of that kind is left out.
      env: { ...pythonEnv(ctx, () => true), PYTHONHASHSEED: '0' },
      inheritsEnv: false,
      timeoutMs,
    });
  } catch (error) {
    if (!isErrno(error, 'ETIMEDOUT')) throw error;
    throw new McpformError(
      'RESOLVE_TOOL',
      `compiling the modules took longer than ${timeoutMs / 60_000} minutes`,
      { cause: error },
    );
  }
}
