import { inspect } from 'node:util';
import { expect } from 'vitest';
import { McpformError } from '../../../src/model/error.ts';

/** Marks a value that must never be shown. Tests put it in whatever is secret, and in what a program prints beside. */
export const CANARY = 'CANARY-s3cr3t-7f1c';

/**
 * The failure of ours that a promise ends in, as `CODE: message (hint)`. Fails when it ends otherwise, or when the
 * error shows the canary in any form: in what it says, its cause, or anything that hangs on it.
 */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    (value) => expect.fail(`it did not fail, but gave ${inspect(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof McpformError)) throw error;
  const shown = inspect(error, { depth: 20, showHidden: true });
  for (const form of [
    // Not a part of it either.
    CANARY.slice(0, 12),
    encodeURIComponent(CANARY),
    Buffer.from(CANARY).toString('base64').slice(0, 20),
  ]) {
    expect(shown).not.toContain(form);
  }
  return `${error.code}: ${error.message} (${error.hint})`;
}
