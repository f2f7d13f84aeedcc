import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ProgramEnd } from '../../model/system.ts';
import { forwardSignals } from './run-child.ts';

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
  /** The process that started us. */
  readonly parent: number;
  /** Called once, when it is gone. */
  readonly onOrphaned: () => void;
}

/** Signals that ask to end. */
const STOPPING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** Starts it; rejects with an `errno` error when it cannot be started. */
export async function attend({
  file,
  args,
  env,
  hidden,
  parent,
  onStop,
  onOrphaned,
}: Attending): Promise<Attended> {
  const child = spawn(file, args, {
    env,
    stdio: ['inherit', 'inherit', 'inherit', ...(hidden === null ? [] : [hidden])],
    windowsHide: true,
  });
  const stopForwarding = forwardSignals(child);
  const unwatch = [onFirst(STOPPING, onStop), whenOrphaned(parent, onOrphaned), stopForwarding];
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

const LOOK_MS = 500;

/**
 * The end of the input tells a server that its client is gone; one that does not care would stay. We cannot see that
 * end, since the input is the server's to read, but that we have another parent. Windows does not tell.
 */
function whenOrphaned(parent: number, call: () => void): () => void {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    call();
  }, LOOK_MS);
  return () => clearInterval(watch);
}
