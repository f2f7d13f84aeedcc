import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';

/** What `lpass` ended with, told apart by its words: it has one exit code for everything. */
export function toFailure(what: string, stderr: string): McpformError {
  if (/Multiple matches found/.test(stderr)) return ambiguous(what);
  const kind = kinds.find(({ words }) => words.test(stderr));
  if (kind !== undefined) return new McpformError(kind.code, `${what}: ${kind.because}`, { hint: kind.hint });
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: "lpass" failed`, {
    hint: 'run "lpass show" with it yourself to see why',
  });
}

export function ambiguous(what: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: more than one entry has that name`, {
    hint: 'write its folder too ("folder/name"), or its id as "lpass ls" shows it',
  });
}

/** Of every field but the notes `lpass edit` reads one line, and drops the others without a word. */
export function checkWritable(what: string, field: string, value: SecretValue): void {
  if (field === 'notes' || !/[\r\n]/.test(value.reveal())) return;
  throw new McpformError('SECRET_INVALID', `${what}: only the field "notes" can have several lines`, {
    hint: 'keep it in the field "notes" of an entry',
  });
}

const kinds = [
  {
    words:
      /need to login|Could not find (?:decryption key|session)|Could not authenticate|not on-disk key|askpass|Not logged in/,
    code: 'SECRET_DENIED',
    because: 'nobody is logged in to LastPass, or it is locked',
    hint: 'log in with "lpass login"; if you are, unlock it with "lpass sync"',
  },
  {
    words: /Could not find specified (?:account|field)/,
    code: 'SECRET_NOT_FOUND',
    because: 'there is no such entry, or it has no such field',
    hint: 'look at its name with "lpass ls"',
  },
  {
    words: /entries that are not secure notes|readonly shared entry/,
    code: 'SECRET_NOT_WRITABLE',
    because: 'LastPass lets nobody change that field of that entry from here',
    hint: 'change it in the browser, or use the field "password", "username", "url" or "notes" of an entry of yours',
  },
] as const;
