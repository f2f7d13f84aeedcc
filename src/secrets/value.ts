import { McpformError } from '../model/error.ts';
import { MAX_SECRET_BYTES, SecretValue } from '../model/secret.ts';

/**
 * The secret in what a file, program or server gave: text without its one final line end. `what` names it for people
 * (`pass "work/github"`). Throws SECRET_EMPTY, SECRET_TOO_LARGE and SECRET_INVALID.
 */
export function toSecretValue(bytes: Uint8Array | string, what: string): SecretValue {
  const whole = typeof bytes === 'string' ? bytes : decodeText(bytes, what);
  const text = whole.replace(/\r?\n$/, '');
  if (text === '') {
    throw new McpformError('SECRET_EMPTY', `${what} is empty`, { hint: 'put the value there first' });
  }
  if (Buffer.byteLength(text) > MAX_SECRET_BYTES) {
    throw new McpformError('SECRET_TOO_LARGE', `${what} has more than ${MAX_SECRET_BYTES / 1024} KiB`, {
      hint: 'keep large files as files, and their path in a variable',
    });
  }
  if (text.includes('\0')) throw notText(what, 'holds a NUL character');
  // JSON can say half a character, which no bytes of UTF-8 are.
  if (/\p{Surrogate}/u.test(text)) throw notText(what, 'is not UTF-8');
  return new SecretValue(text);
}

/** The text that bytes are, every character of it. Throws SECRET_INVALID. */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notText(what, 'is not UTF-8');
  }
}

function notText(what: string, because: string): McpformError {
  return new McpformError('SECRET_INVALID', `${what} ${because}`, {
    hint: 'no environment variable can hold that: keep it as text, in base64 for example',
  });
}
