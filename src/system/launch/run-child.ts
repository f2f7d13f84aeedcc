import { type ChildProcess, spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Becoming } from './become.ts';

/**
 * Runs the program beside us, for where this process cannot become it: its output is ours, our input and signals are
 * its, and we end as it ends. Rejects when it cannot be started.
 *
 * Input that comes through a pipe passes through us, so that the program sees its end when we are killed. A program
 * that does not care for the end of its input outlives a SIGKILL of ours: only Linux has a way to be told of a
 * parent's death, and Node none to ask for it.
 */
export async function runChild({ file, args, env, isVerbatim = false }: Becoming): Promise<never> {
  const isPiped = inputIsPiped();
  const child = spawn(file, args, {
    env,
    stdio: [isPiped ? 'pipe' : 'inherit', 'inherit', 'inherit'],
    windowsHide: true,
    windowsVerbatimArguments: isVerbatim,
  });
  const stop = forwardSignals(child);
  if (child.stdin !== null) {
    // A program that stops reading, or is gone, is no failure of ours.
    child.stdin.on('error', () => {});
    process.stdin.pipe(child.stdin);
  }
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...end) => resolve(end));
  });
  stop();
  return endAs(code, signal);
}

/** Whether somebody may go on writing to our input, and close it. */
export function inputIsPiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false; // closed
  }
}

const FORWARDED = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGCONT',
] as const;

/** What a terminal sends, it sends to all processes in its foreground: a second one would mean more than the first. */
const FROM_TERMINAL = new Set<string>(['SIGINT', 'SIGQUIT', 'SIGWINCH']);

/** A Windows console tells every process in it; all we have to do is to stay until the program has ended. */
const FROM_CONSOLE = ['SIGINT', 'SIGBREAK', 'SIGHUP'] as const;

/** What we are sent, the program gets; until what comes back is called. */
export function forwardSignals(child: ChildProcess): () => void {
  const isWindows = process.platform === 'win32';
  const isOnTerminal = isatty(0);
  const forward = (signal: NodeJS.Signals): void => {
    if (!isWindows && !(isOnTerminal && FROM_TERMINAL.has(signal))) child.kill(signal);
  };
  const heard: readonly NodeJS.Signals[] = isWindows ? FROM_CONSOLE : FORWARDED;
  for (const signal of heard) process.on(signal, forward);
  return () => {
    for (const signal of heard) process.off(signal, forward);
  };
}

/** Ends this process with the same code, or by the same signal where that ends one; else with 128 + its number. */
export function endAs(code: number | null, signal: NodeJS.Signals | null): never {
  if (signal === null) process.exit(code ?? 1);
  // Node starts its inspector on SIGUSR1 and ignores SIGPIPE: those would not end us.
  if (signal !== 'SIGUSR1' && process.platform !== 'win32') process.kill(process.pid, signal);
  process.exit(128 + constants.signals[signal]);
}
