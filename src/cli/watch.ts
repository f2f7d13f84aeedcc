import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import { type CommandInput, switchOption, textOption } from './command.ts';
import { durationMs } from './duration.ts';
import type { Terminal } from './terminal.ts';

export interface Watch<Report> {
  readonly first: Report;
  readonly look: () => Promise<Report>;
  readonly show: (report: Report) => void;
  /** From the start of one look to the start of the next, unless it takes longer. */
  readonly everyMs: number;
}

/** Looks again and again, until it is interrupted or nobody reads it any more. */
export async function watch<Report>(
  { first, look, show, everyMs }: Watch<Report>,
  ctx: Context,
  { screen }: Pick<Terminal, 'screen'>,
): Promise<ExitCode> {
  const { clock } = ctx.system;
  const signal = AbortSignal.any([ctx.signal, screen.left]);
  const interrupted = new Promise<null>((done) => signal.addEventListener('abort', () => done(null)));
  let tookMs = 0;
  for (let report: Report | null = first; report !== null; ) {
    show(report);
    await clock.sleep(Math.max(0, everyMs - tookMs), signal).catch(() => undefined);
    if (signal.aborted) break;
    const startMs = clock.monotonic();
    report = await Promise.race([look(), interrupted]);
    tookMs = clock.monotonic() - startMs;
  }
  return ctx.signal.aborted ? EXIT.interrupted : EXIT.ok;
}

const USUAL_MS = 2000;
const LEAST_MS = 200;

/** What `--interval` says, which is nothing without `--watch`. */
export function watchInterval({ options }: CommandInput): number {
  const text = textOption(options, 'interval');
  if (text === undefined) return USUAL_MS;
  if (!switchOption(options, 'watch')) {
    throw new McpformError('USAGE', '--interval is between two looks, and there is only one', {
      hint: 'add --watch',
    });
  }
  return Math.max(LEAST_MS, durationMs(text, '--interval', '2s or 500ms'));
}
