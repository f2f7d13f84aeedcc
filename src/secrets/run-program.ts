import { McpformError } from '../model/error.ts';
import { MAX_SECRET_BYTES, type SecretContext } from '../model/secret.ts';
import type { RunningProgram } from '../model/system.ts';
import { findProgram } from './find-program.ts';
import { programEnvironment } from './program-environment.ts';

export interface ProgramRequest {
  /** A bare name, or an absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** How people know the backend: `pass`, `1Password`. */
  readonly backend: string;
  /** What to install where the program is missing, when that is not called as the backend is. */
  readonly install?: string;
  /** What is asked for, for messages: `pass "work/github"`. */
  readonly what: string;
  /** Names of variables of `ctx.env` that it gets, beside those every program needs. `OP_SESSION_*`: all that begin so. */
  readonly variables: readonly string[];
  /** Set in any case. */
  readonly env?: Readonly<Record<string, string>>;
  /** To its stdin: where a secret goes that is to be written. */
  readonly input?: string;
  /** Default: 30 s. Someone may have to unlock something. */
  readonly timeoutMs?: number;
}

export interface ProgramAnswer {
  readonly exitCode: number | null;
  /** May be the secret: never to be shown. */
  readonly stdout: Uint8Array;
  /** May hold the secret: never to be shown, only to be looked at for known words. */
  readonly stderr: string;
}

/**
 * Runs the program of a backend, in the home folder and with no more of the environment than it is given: what lies in
 * the folder where a client was started has no say. Throws SECRET_BACKEND_MISSING, SECRET_TIMEOUT, SECRET_TOO_LARGE and
 * SECRET_BACKEND_FAILED (it cannot be started); how it ended is the caller's to judge.
 */
export async function runProgram(request: ProgramRequest, ctx: SecretContext): Promise<ProgramAnswer> {
  const { program, backend, what } = request;
  const path = await findProgram(program, ctx);
  if (path === null) {
    throw new McpformError('SECRET_BACKEND_MISSING', `${what}: the program "${program}" is not there`, {
      hint: `install ${request.install ?? backend}, or run \`mcpform apply\` where it is on the PATH`,
    });
  }
  ctx.signal.throwIfAborted();
  const running = await start(path, request, ctx);
  if (request.input !== undefined) running.write(request.input);
  running.closeInput();
  const timer = new AbortController();
  const timeout = ctx.system.clock
    .sleep(request.timeoutMs ?? TIMEOUT_MS, timer.signal)
    .then(() => 'late' as const)
    .catch(() => 'late' as const);
  const stop = (): void => void running.signal('SIGKILL');
  ctx.signal.addEventListener('abort', stop, { once: true });
  // It may have been aborted while we started, and says so only once.
  if (ctx.signal.aborted) stop();
  try {
    const first = await Promise.race([answerOf(running, what), timeout]);
    if (first !== 'late') return first;
    running.signal('SIGKILL');
    throw new McpformError('SECRET_TIMEOUT', `${what}: "${program}" did not answer in time`, {
      hint: `it may wait for you: unlock ${backend}, then try again`,
    });
  } finally {
    timer.abort();
    ctx.signal.removeEventListener('abort', stop);
    ctx.signal.throwIfAborted();
  }
}

const TIMEOUT_MS = 30_000;

/** What it prints beside a secret, in a document with more of them, for example. */
const MAX_OUTPUT = 16 * MAX_SECRET_BYTES;

async function start(path: string, request: ProgramRequest, ctx: SecretContext): Promise<RunningProgram> {
  const { backend, what, variables, env } = request;
  if (request.args.some((arg) => arg.includes('\0'))) {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what} has an argument with a NUL character`, {
      hint: 'no program can be given that: correct it',
    });
  }
  try {
    return await ctx.system.processes.start(path, request.args, {
      cwd: ctx.home,
      env: { ...programEnvironment(variables, ctx), ...env },
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new McpformError(
      'SECRET_BACKEND_FAILED',
      `${what}: "${path}" cannot be started (${String(error.code)})`,
      {
        hint: `see whether ${backend} works by itself`,
      },
    );
  }
}

async function answerOf(running: RunningProgram, what: string): Promise<ProgramAnswer> {
  const [stdout, stderr, end] = await Promise.all([
    readAll(running.stdout, running, what),
    readSome(running.stderr),
    running.ended,
  ]);
  return { exitCode: end.exitCode, stdout, stderr };
}

async function readAll(
  stream: AsyncIterable<Uint8Array>,
  running: RunningProgram,
  what: string,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > MAX_OUTPUT) {
      running.signal('SIGKILL');
      throw new McpformError('SECRET_TOO_LARGE', `${what} is larger than any secret`, {
        hint: `a secret has ${MAX_SECRET_BYTES / 1024} KiB at most`,
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function readSome(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of stream) if (text.length < MAX_SECRET_BYTES) text += Buffer.from(piece).toString();
  return text;
}
