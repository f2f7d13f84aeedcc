import { inputIsPiped } from './run-child.ts';

/** Tells whether anybody still waits for what we are about to start. */
export interface ClientWatch {
  /** Aborted when we were asked to end, or when whoever started us is gone or has closed our input. */
  readonly signal: AbortSignal;
  /** What we were asked with; null as long as nobody did. */
  readonly asked: () => NodeJS.Signals | null;
  /** Ends it, once. Whether some of our input was read: `process.stdin` has it, and nobody else can. */
  readonly stop: () => Stopped;
}

export interface Stopped {
  readonly hasReadInput: boolean;
}

export interface Watching {
  /** Our input is looked at when nobody has stopped us by then; null: never. In milliseconds. */
  readonly readInputAfterMs: number | null;
}

const STOPPING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** How soon the death of a client is seen that leaves our input open. */
const LOOK_MS = 200;

/** A client says hello and waits. One that says more than this is not listened to any more. */
const MOST_INPUT = 1 << 20;

/**
 * Watches the client that started us. The end of an input can be seen only by who reads it, and what we have read no
 * program can that replaces us: so that is not done at once.
 */
export function watchClient({ readInputAfterMs }: Watching): ClientWatch {
  const controller = new AbortController();
  let asked: NodeJS.Signals | null = null;
  const heard = (signal: NodeJS.Signals): void => {
    asked ??= signal;
    controller.abort();
  };
  for (const signal of STOPPING) process.on(signal, heard);
  const { ppid } = process;
  const looking = setInterval(() => {
    if (process.ppid !== ppid) controller.abort();
  }, LOOK_MS).unref();
  let giveBack: (() => boolean) | null = null;
  const reading =
    readInputAfterMs === null || !inputIsPiped()
      ? undefined
      : setTimeout(() => {
          giveBack = readInput(() => controller.abort());
        }, readInputAfterMs);
  const end = (): Stopped => {
    clearInterval(looking);
    clearTimeout(reading);
    for (const signal of STOPPING) process.off(signal, heard);
    return { hasReadInput: giveBack?.() ?? false };
  };
  let stopped: Stopped | undefined;
  return {
    signal: controller.signal,
    asked: () => asked,
    stop: () => {
      stopped ??= end();
      return stopped;
    },
  };
}

/** Keeps what comes until it is given back. */
function readInput(onEnd: () => void): () => boolean {
  const { stdin } = process;
  const pieces: Buffer[] = [];
  let size = 0;
  const keep = (piece: Buffer): void => {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_INPUT) stdin.pause();
  };
  stdin.on('data', keep).once('end', onEnd).once('error', onEnd);
  return () => {
    stdin.off('data', keep).off('end', onEnd).off('error', onEnd);
    stdin.pause();
    if (size > 0 && !stdin.readableEnded) stdin.unshift(Buffer.concat(pieces));
    // Even where nothing came: the handle of our input is ours by now.
    return true;
  };
}
