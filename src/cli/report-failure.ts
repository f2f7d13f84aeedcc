import { version } from '../engine/version.ts';
import { McpformError } from '../model/error.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import { renderBug, renderFailure, renderFailureJson } from '../report/failure.ts';
import type { Terminal } from './terminal.ts';

export interface FailureOptions {
  readonly json: boolean;
  /** Paths below it are shown without it. */
  readonly cwd: string;
}

/** Failures in words on stderr (as JSON on stdout with `--json`); anything else is a bug, with its stack. */
export function reportFailure(
  error: unknown,
  { json, cwd }: FailureOptions,
  terminal: Omit<Terminal, 'listen'>,
): ExitCode {
  if (error instanceof McpformError) {
    if (json) terminal.out(renderFailureJson(error));
    else terminal.err(renderFailure(error, { color: terminal.color.err, width: terminal.width, cwd }));
    return error.exitCode;
  }
  if (json)
    terminal.out(renderFailureJson(new McpformError('INTERNAL', 'a bug in mcpform', { cause: error })));
  terminal.err(renderBug(error, version));
  return EXIT.error;
}
