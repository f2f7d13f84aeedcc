import type { Emit } from '../model/event.ts';
import { lateStderr } from './late-stderr.ts';

/** Where answers and progress go, and what the person at the other end can see. */
export interface Terminal {
  /** The answer. */
  out(text: string): void;
  /** Progress and problems. */
  err(text: string): void;
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Columns of stdout; 100 when unknown. */
  readonly width: number;
  /** Somebody can be asked: stdin and stderr are terminals and this is not CI. */
  readonly canAsk: boolean;
  /** A line may be redrawn on stderr. */
  readonly isLive: boolean;
  readonly screen: Screen;
  /** Asks on stderr; the trimmed answer, or null when the input ended or the signal aborted. */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
  /** A text as it may be shown. `out`, `err` and `ask` see to it themselves. */
  shown(text: string): string;
  /** Who is told of events from now on. */
  listen(listener: Emit): void;
}

/** Where stdout goes, for an answer that goes on. */
export interface Screen {
  /** A person reads it, not a program. */
  readonly isTerminal: boolean;
  /** What was written can be taken back and written anew. */
  readonly canRedraw: boolean;
  /** Rows there are now. */
  rows(): number;
  /** Columns there are now. */
  columns(): number;
  /** Aborts when nobody reads any more (`| head`). */
  readonly left: AbortSignal;
}

/** Of this process. It shows whatever it is given: `concealingTerminal` is for people. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Omit<Terminal, 'listen'> {
  const left = new AbortController();
  const stderr = lateStderr();
  // A reader that stops early (`| head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    left.abort(error);
  });
  const isCi = env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void stderr.open().write(text),
    color: { out: wantsColor(process.stdout.isTTY, env), err: wantsColor(stderr.isTerminal, env) },
    width: process.stdout.columns || 100,
    canAsk: !isCi && stderr.isTerminal && process.stdin.isTTY === true,
    // A terminal that nobody gave a size has no columns, and redrawing a line of it would never end.
    isLive: stderr.isTerminal && process.stderr.columns > 0 && !isCi && env['TERM'] !== 'dumb',
    screen: {
      isTerminal: process.stdout.isTTY === true,
      canRedraw: process.stdout.isTTY === true && process.stdout.columns > 0 && env['TERM'] !== 'dumb',
      rows: () => process.stdout.rows || 24,
      columns: () => process.stdout.columns || 100,
      left: left.signal,
    },
    ask,
    shown: (text) => text,
  };
}

/** https://no-color.org, and FORCE_COLOR as chalk and Node read it. */
function wantsColor(isTty: boolean | undefined, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return isTty === true && env['TERM'] !== 'dumb';
}

async function ask(question: string, signal: AbortSignal): Promise<string | null> {
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal in raw mode sends Ctrl-C to readline, not to the process.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const closed = new Promise<null>((resolve) => reader.once('close', () => resolve(null)));
    const answer = await Promise.race([reader.question(question, { signal }), closed]);
    return answer === null ? null : answer.trim();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  } finally {
    reader.close();
  }
}
