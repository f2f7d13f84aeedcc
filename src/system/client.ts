import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { isErrno } from '../model/error.ts';
import type { RunningProgram, StartOptions } from '../model/system.ts';

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
  const child = execa(command, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    extendEnv: options.inheritsEnv ?? true,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  const giveUp =
    options.timeoutMs === undefined ? null : stopListening(child, options.timeoutMs + LAST_WORDS_MS);
  const result = await child;
  if (giveUp !== null) clearTimeout(giveUp);
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

/** A program that took too long may have started others, which hold its output open for as long as they like. */
function stopListening(
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  afterMs: number,
): NodeJS.Timeout {
  return setTimeout(() => [stdout, stderr].forEach((stream) => void stream.destroy()), afterMs);
}

const isWindows = process.platform === 'win32';
/** What a program wrote just before it ended is still read; what others hold open after that is not waited for. */
const LAST_WORDS_MS = 250;
const running = new Set<RunningProgram>();

/** See `Processes.start`. A process group of its own, so that a shell or `npx` cannot leave its children behind. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env }: StartOptions,
): Promise<RunningProgram> {
  const child = execa(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    extendEnv: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: !isWindows,
    cleanup: false,
  });
  const { pid, stdin, stdout, stderr } = child;
  if (pid === undefined) {
    const { cause, originalMessage } = await child;
    throw cause instanceof Error ? cause : new Error(originalMessage ?? `"${command}" cannot be started`);
  }
  // Somebody who writes to a program that is gone learns of it by its end.
  stdin.on('error', () => undefined);
  const ended = once(child, 'exit').then(([exitCode, signal]) => {
    setTimeout(() => [stdout, stderr].forEach((stream) => void stream.destroy()), LAST_WORDS_MS).unref();
    return { exitCode, signal };
  });
  const program: RunningProgram = {
    pid,
    stdout: readable(stdout),
    stderr: readable(stderr),
    ended,
    write: (data) => void stdin.write(data),
    closeInput: () => void stdin.end(),
    signal: (name) => signalGroup(pid, name),
    keep: (isKept) => {
      for (const each of [child, stdin, stdout, stderr]) holdBy(each, isKept);
    },
  };
  if (running.size === 0) process.on('exit', killAll);
  running.add(program);
  void ended.then(() => {
    running.delete(program);
    if (running.size === 0) process.off('exit', killAll);
  });
  return program;
}

/** A pipe is a socket, though its type does not say so. */
function holdBy(each: object, isHeld: boolean): void {
  const way = isHeld ? 'ref' : 'unref';
  if (way in each) (each as Record<typeof way, () => void>)[way]();
}

async function* readable(stream: Readable): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* stream;
  } catch {
    // Closed before its end, by us.
  }
}

function signalGroup(pid: number, name: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(isWindows ? pid : -pid, name);
    return true;
  } catch (error) {
    // ESRCH: nobody is left. EPERM: only others' are (macOS says so of zombies, too).
    if (!isErrno(error, 'ESRCH', 'EPERM')) throw error;
    return false;
  }
}

function killAll(): void {
  for (const program of running) program.signal('SIGKILL');
}
