import { McpformError } from '../../model/error.ts';
import type { ProgramAnswer } from '../run-program.ts';

/** Exit codes of SOPS (`cmd/sops/codes`), the same since 3.0. */
const COULD_NOT_RETRIEVE_KEY = 128;
const DAMAGED = new Set([24, 25, 51, 52]);

/** What an answer means that is none. Looks at what the program said, and never repeats it. */
export function judge({ exitCode, stderr }: ProgramAnswer, what: string): McpformError {
  if (exitCode === COULD_NOT_RETRIEVE_KEY || /Failed to get the data key/.test(stderr)) {
    return new McpformError('SECRET_DENIED', `${what}: none of your keys decrypts the file`, {
      hint: 'have it encrypted to a key of yours (`sops updatekeys`), or say where yours is: SOPS_AGE_KEY_FILE, GNUPGHOME',
    });
  }
  if (/component \[.*\] not found/.test(stderr)) {
    return new McpformError('SECRET_NOT_FOUND', `${what}: the file has no such key`, {
      hint: 'correct the key in the manifest, or add it with `sops edit`',
    });
  }
  if (exitCode !== null && DAMAGED.has(exitCode)) {
    return new McpformError(
      'SECRET_BACKEND_FAILED',
      `${what}: the file was changed without SOPS, or is damaged`,
      {
        hint: 'fetch it again, or look at it with `sops edit`',
      },
    );
  }
  return new McpformError(
    'SECRET_BACKEND_FAILED',
    `${what}: "sops" failed (exit code ${exitCode ?? 'none'})`,
    {
      hint: 'run `sops --decrypt` on the file yourself to see why',
    },
  );
}
