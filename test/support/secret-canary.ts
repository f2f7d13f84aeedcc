import { inspect } from 'node:util';
import { expect } from 'vitest';
import { McpformError } from '../../src/model/error.ts';

/** Marks a value so that a part of it is found too. */
export const CANARY = 'canary-5f2e9c41d7';

/** What a failure says, everywhere it could say it. */
function textsOf(error: McpformError): string {
  const { code, message, hint, stack, cause } = error;
  return [
    message,
    hint,
    stack,
    JSON.stringify({ ...error, code }),
    inspect(error, { depth: 20 }),
    inspect(cause),
  ].join('\n');
}

/** The failure that it must be, with none of the words that nobody may see. */
export async function failureOf(
  action: Promise<unknown>,
  forbidden: readonly (string | undefined)[] = [],
): Promise<{ readonly code: string; readonly message: string; readonly hint: string | undefined }> {
  const error: unknown = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof McpformError)) throw new Error(`expected a failure, got ${inspect(error)}`);
  const texts = textsOf(error);
  for (const word of [CANARY, Buffer.from(CANARY).toString('base64').slice(0, 20), ...forbidden]) {
    if (word) expect(texts).not.toContain(word);
  }
  expect(error.hint).toBeTruthy();
  const { code, message, hint } = error;
  return { code, message, hint };
}
