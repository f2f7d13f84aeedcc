import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { isErrno } from '../../model/error.ts';

/** A program to become. */
export interface Becoming {
  /** Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The arguments are one line for cmd.exe, to be passed as they are. */
  readonly isVerbatim?: boolean;
}

/** Why it could not even be tried: nothing was started. */
export type NotBecome = 'missing' | 'not executable';

/** Null when the file can be executed. Looks through links. */
export function whyNotExecutable(file: string): NotBecome | null {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? null : 'not executable';
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return 'missing';
    if (isErrno(error, 'EACCES', 'EPERM')) return 'not executable';
    throw error;
  }
}

/**
 * Replaces this process by the program: same pid, same stdio, nothing of us left. False where Node or the system
 * cannot (Node before 22.15, Windows); returns in no other case.
 */
export function replaceBy({ file, args, env }: Becoming): boolean {
  const { execve } = process as { execve?: (file: string, args: readonly string[], env: object) => never };
  // Node aborts when execve fails, so what it would fail at is left to the other way.
  if (execve === undefined || process.platform === 'win32' || !isExecutableFormat(file)) return false;
  restoreSignals();
  return execve.call(process, file, [file, ...args], env);
}

/**
 * Runs a Node program as the main one of this very process, as if Node had been started with it. For where the
 * process cannot be replaced: there is then no parent to forward anything, and no second start of Node.
 */
export function runHere(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): undefined {
  Object.assign(process.env, env);
  process.argv.splice(1, process.argv.length, script, ...args);
  // In a turn of its own, so that what the program throws at once has no frames of ours in its stack.
  const { runMain } = process.getBuiltinModule('node:module') as unknown as { runMain: () => void };
  setImmediate(runMain);
}

/** Node ignores these two, and what is ignored stays so; what has a handler is reset (POSIX, exec). */
function restoreSignals(): void {
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, () => {});
}

/** A script whose interpreter is there, ELF, or one of the Mach-O headers. The rest is for a shell to make sense of. */
function isExecutableFormat(file: string): boolean {
  const head = headOf(file);
  const [, interpreter] = /^#![ \t]*([^\s]+)/.exec(head.toString('latin1')) ?? [];
  if (interpreter !== undefined) return whyNotExecutable(interpreter) === null;
  return MAGIC.includes(head.toString('hex', 0, 4));
}

const MAGIC = ['7f454c46', 'cffaedfe', 'cefaedfe', 'cafebabe', 'feedface', 'feedfacf'];

/** The first bytes; none when the file may be executed and not read. */
function headOf(file: string): Buffer {
  const head = Buffer.alloc(256);
  let opened: number;
  try {
    opened = openSync(file, 'r');
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return Buffer.alloc(0);
    throw error;
  }
  try {
    return head.subarray(0, readSync(opened, head, 0, head.length, 0));
  } finally {
    closeSync(opened);
  }
}
