import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const secretCodes = {
  SECRET_BACKEND_FAILED: e(
    EXIT.error,
    'What keeps a secret was asked and failed. What it printed is not shown, because that may be the secret: run the same command yourself to see it.',
  ),
  SECRET_BACKEND_MISSING: e(
    EXIT.error,
    'The program that keeps a secret is not installed, or not on the PATH that apply had. Install it, or keep the secret elsewhere.',
  ),
  SECRET_CHANGED: e(
    EXIT.error,
    'A secret has another value than the last one that was written or seen. The message says who gets it when.',
  ),
  SECRET_DENIED: e(
    EXIT.error,
    'What keeps a secret does not let us in: no session, a locked keychain, a wrong password, a token that has ended, a key that is not ours.',
  ),
  SECRET_EMPTY: e(EXIT.error, 'What keeps a secret answered with nothing. An empty text is no secret.'),
  SECRET_EXPOSED: e(
    EXIT.error,
    'A secret can be read by more than the server that needs it: in a command line, in what `docker inspect` shows, or by whoever may read a file.',
  ),
  SECRET_FOLDER_FAILED: e(
    EXIT.error,
    'The folder in memory that hands a container its secrets as files cannot be made: no room, no right, or no such memory any more.',
  ),
  SECRET_INVALID: e(
    EXIT.error,
    'A secret cannot be used where it is to go: it is no text (UTF-8 without NUL), or has a line break where a header or URL has none.',
  ),
  SECRET_NOT_FOUND: e(
    EXIT.error,
    'What keeps secrets has none of that name, or the one there has no such key.',
  ),
  SECRET_NOT_GRANTED: e(
    EXIT.error,
    'Nobody has granted this secret to this server as it is now. Look at it with `mcpform plan`, and grant it by approving an apply or with `mcpform grant add`.',
  ),
  SECRET_NOT_WRITABLE: e(
    EXIT.error,
    'This backend cannot be written through mcpform, most often because its tool takes values only as arguments, where everybody can read them.',
  ),
  SECRET_TIMEOUT: e(
    EXIT.error,
    'What keeps a secret did not answer in time. It may be waiting for somebody to unlock it.',
  ),
  SECRET_TOO_LARGE: e(
    EXIT.error,
    'A secret is larger than 64 KiB, more than every system passes in a variable.',
  ),
  SECRET_UNSAFE: e(
    EXIT.error,
    'A file that keeps a secret may be read or written by others, belongs to somebody else, or is reached through a link. Repair it as the message says.',
  ),
} as const satisfies Record<string, CodeEntry>;
