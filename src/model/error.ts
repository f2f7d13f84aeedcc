import type { Code } from './codes.ts';
import type { At, Finding } from './finding.ts';

export interface ErrorDetails {
  readonly hint?: string;
  readonly at?: At;
  readonly cause?: unknown;
  /** When one failure stands for several findings (an invalid manifest), all of them. */
  readonly findings?: readonly Finding[];
}

/** The world said no. Anything a user can meet is one of these; any other error is a bug. */
export class McpformError extends Error {
  override readonly name = 'McpformError';
  readonly code: Code;
  readonly hint: string | undefined;
  readonly at: At | undefined;
  readonly findings: readonly Finding[];

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.findings = details.findings ?? [];
  }
}

/** True for an `errno` error of one of the given codes; everything else is somebody else's to handle. */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string);
}
