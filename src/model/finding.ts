import type { Address } from './address.ts';
import type { Code } from './codes.ts';
import type { Pointer } from './json.ts';

export type Severity = 'error' | 'warning' | 'info';

/**
 * The user's input is wrong, or a plan is risky. Data: collected, never thrown one at a time.
 * `message` says what is wrong with which thing, `hint` what to do next; neither ever holds a secret.
 */
export interface Finding {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  readonly at?: At;
  readonly address?: Address;
}

/**
 * A place in an input file. Rooms that only know the value give `pointer`; `manifest/locate.ts` turns it
 * into a position when there is something to print. Lines and columns count from 1, columns in UTF-16 units.
 */
export interface At {
  readonly file: string;
  readonly pointer?: Pointer;
  /** Whether the pointer's key or its value is meant. Default: value. */
  readonly part?: 'key' | 'value';
  readonly line?: number;
  readonly column?: number;
  /** The source line, as it stands in the file (escaped only when shown). */
  readonly excerpt?: string;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
