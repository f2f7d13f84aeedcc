import { version } from '../engine/version.ts';
import { concealBug, concealError } from '../formats/conceal-error.ts';
import { escapeJson } from '../formats/escape.ts';
import type { Conceal } from '../model/conceal.ts';
import { McpformError } from '../model/error.ts';
import type { Emit } from '../model/event.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import { exitCodeOf } from '../model/exit-code-of.ts';
import { renderBug } from '../report/bug.ts';
import { renderFailure, renderFailureJson } from '../report/failure.ts';
import type { Terminal } from './terminal.ts';

export interface FailureOptions {
  readonly json: boolean;
  /** When the answer is a stream, the failure is its last event. */
  readonly stream: Emit | null;
  /** Paths below it are shown without it. */
  readonly cwd: string;
  readonly conceal: Conceal;
}

/**
 * Failures in words on stderr (as JSON on stdout with `--json`); anything else is a bug, with its stack.
 * `terminal` shows what it is given: nothing secret is left in it.
 */
export function reportFailure(
  error: unknown,
  options: FailureOptions,
  terminal: Omit<Terminal, 'listen'>,
): ExitCode {
  const { json, cwd, conceal } = options;
  if (error instanceof McpformError) {
    const shown = concealError(error, conceal);
    if (json) answer(shown, options, terminal);
    else terminal.err(renderFailure(shown, { color: terminal.color.err, width: terminal.width, cwd }));
    return exitCodeOf(error.code);
  }
  if (json) answer(new McpformError('INTERNAL', 'a bug in mcpform', { cause: error }), options, terminal);
  terminal.err(renderBug(concealBug(error, conceal), version));
  return EXIT.error;
}

function answer(error: McpformError, { stream }: FailureOptions, terminal: Pick<Terminal, 'out'>): void {
  if (stream === null) {
    terminal.out(escapeJson(renderFailureJson(error)));
    return;
  }
  const { code, message, hint, findings } = error;
  const reason = { code, message, ...(hint === undefined ? {} : { hint }), findings };
  stream({ kind: 'run.finished', exitCode: exitCodeOf(code), outcomes: [], error: reason });
}
