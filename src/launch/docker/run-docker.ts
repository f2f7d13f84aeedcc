import { redactLine } from '../../formats/redact.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';

export interface DockerOptions {
  readonly timeoutMs: number;
  /** For the message of a failure: `list containers`. */
  readonly doing: string;
  /** That something asked for is not there is no failure. */
  readonly mayLack?: true;
}

/**
 * Runs the `docker` program, which knows contexts, DOCKER_HOST, ssh and rootless engines. Throws ENGINE_UNAVAILABLE,
 * ENGINE_TIMEOUT or ENGINE_FAILED. `lacks`: some of it was not there.
 */
export async function runDocker(
  args: readonly string[],
  { timeoutMs, doing, mayLack }: DockerOptions,
  { system }: Pick<Context, 'system'>,
): Promise<{ readonly stdout: string; readonly lacks: boolean }> {
  const { exitCode, stdout, stderr } = await system.processes
    .run('docker', args, { timeoutMs })
    .catch((error: unknown) => {
      throw failureToRun(error, { timeoutMs, doing });
    });
  // It warns of its own configuration file on the same stream.
  const complaints = stderr.split('\n').filter((line) => line.trim() !== '' && !/^WARNING: /.test(line));
  const lacking = complaints.filter((line) => LACKS.test(line));
  // What is not there is said on stderr, with exit code 0 by `rm --force` and 1 by `inspect`.
  const isAllRight = exitCode === 0 || (mayLack === true && isOnly(complaints, lacking));
  if (!isAllRight) throw failureOf(complaints, exitCode, doing);
  return { stdout, lacks: mayLack === true && lacking.length > 0 };
}

const isOnly = (all: readonly string[], some: readonly string[]): boolean =>
  all.length > 0 && all.length === some.length;

/**
 * 20.10: `Error: No such container: x`; 28: `Error response from daemon: No such container: x`. One that somebody else
 * removes just now is as good as gone.
 */
const LACKS = /\bno such (?:container|image|object)\b|\bremoval of container \S+ is already in progress/i;
const DENIED = /permission denied while trying|connect: permission denied|access is denied/i;
const ABSENT =
  /cannot connect to the docker daemon|error during connect|failed to connect to the docker api|docker daemon (?:is not|running)|connection refused|no such host|unable to resolve docker endpoint|context .* (?:not found|does not exist)|failed to initialize/i;

function failureOf(complaints: readonly string[], exitCode: number, doing: string): McpformError {
  const all = complaints.join('\n');
  const words = redactLine(complaints[0] ?? `exit code ${exitCode}`).slice(0, 300);
  const what = `docker could not ${doing}: ${words}`;
  if (DENIED.test(all)) {
    return new McpformError('ENGINE_UNAVAILABLE', what, {
      hint: 'you may not use this engine: join the group that owns its socket, or use a rootless one',
    });
  }
  if (ABSENT.test(all)) {
    return new McpformError('ENGINE_UNAVAILABLE', what, {
      hint: 'start the engine, or say where it is with DOCKER_HOST or `docker context use`',
    });
  }
  return new McpformError('ENGINE_FAILED', what, { hint: 'see whether `docker ps` works' });
}

function failureToRun(
  error: unknown,
  { timeoutMs, doing }: Pick<DockerOptions, 'timeoutMs' | 'doing'>,
): unknown {
  if (isErrno(error, 'ETIMEDOUT')) {
    const message = `docker did not ${doing} within ${timeoutMs / 1000} s`;
    return new McpformError('ENGINE_TIMEOUT', message, {
      hint: 'see whether `docker ps` answers',
      cause: error,
    });
  }
  if (isErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR')) {
    return new McpformError('ENGINE_UNAVAILABLE', 'there is no program "docker" on the PATH', {
      hint: 'install the Docker CLI, or put it on the PATH',
      cause: error,
    });
  }
  return error;
}
