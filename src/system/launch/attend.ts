import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ProgramEnd } from '../../model/system.ts';
import { forwardSignals, inputIsPiped } from './run-child.ts';

/** A program beside us that has our input and output, and is told what we are told. */
export interface Attended {
  readonly pid: number;
  /** How it ended: never rejects. */
  readonly ended: Promise<ProgramEnd>;
  kill(): void;
}

export interface Attending {
  /** Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** To be its fourth descriptor. */
  readonly hidden: number | null;
  /** Called once, when we were asked to end: the program knows. */
  readonly onStop: () => void;
  /** Called once, when nobody writes to our input any more: whoever started us has closed it, or is gone. */
  readonly onInputEnd: () => void;
}

/** Signals that ask to end. */
const STOPPING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Starts it; rejects with an `errno` error when it cannot be started. Input through a pipe passes through us: only who
 * reads it sees its end, which is all that tells of a client that was killed, whenever that was.
 */
export async function attend({ file, args, env, hidden, onStop, onInputEnd }: Attending): Promise<Attended> {
  const child = spawn(file, args, {
    env,
    stdio: [inputIsPiped() ? 'pipe' : 'inherit', 'inherit', 'inherit', ...(hidden === null ? [] : [hidden])],
    windowsHide: true,
  });
  const unwatch = [forwardSignals(child), onFirst(STOPPING, onStop)];
  if (child.stdin !== null) passInput(child.stdin, onInputEnd);
  const ended = once(child, 'exit').then(([exitCode, signal]): ProgramEnd => {
    for (const stop of unwatch) stop();
    return { exitCode, signal };
  });
  try {
    await Promise.race([once(child, 'spawn'), ended]);
  } catch (error) {
    ended.catch(() => {});
    for (const stop of unwatch) stop();
    throw error;
  }
  return { pid: child.pid as number, ended, kill: () => void child.kill('SIGKILL') };
}

function onFirst(signals: readonly NodeJS.Signals[], call: () => void): () => void {
  const stop = (): void => {
    for (const signal of signals) process.off(signal, heard);
  };
  const heard = (): void => {
    stop();
    call();
  };
  for (const signal of signals) process.on(signal, heard);
  return stop;
}

function passInput(input: Writable, onEnd: () => void): void {
  // A program that stops reading, or is gone, is no failure of ours.
  input.on('error', () => {});
  const { stdin } = process;
  stdin.once('end', onEnd);
  // A client that is gone may leave a reset instead of an end.
  stdin.once('error', () => {
    input.end();
    onEnd();
  });
  stdin.pipe(input);
}
