import { constants } from 'node:os';
import { execa } from 'execa';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly inheritsEnv?: boolean;
  readonly timeoutMs?: number;
  readonly input?: string;
}

/**
 * Runs a program with an argument list, never a shell, `input` or nothing on its stdin. `env` is added to ours, or
 * all there is. Death by a signal is exit code 128 + its number; a program that cannot be started, or takes too
 * long, is an `errno` error.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const result = await execa(command, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    extendEnv: options.inheritsEnv ?? true,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  const { stdout, stderr } = result;
  if (result.timedOut) {
    throw Object.assign(new Error(`"${command}" took longer than ${options.timeoutMs} ms`), {
      code: 'ETIMEDOUT',
    });
  }
  if (result.exitCode !== undefined) return { exitCode: result.exitCode, stdout, stderr };
  if (result.signal !== undefined)
    return { exitCode: 128 + constants.signals[result.signal], stdout, stderr };
  throw result.cause instanceof Error ? result.cause : result;
}
