import { McpformError } from '../../model/error.ts';

/**
 * What `op read` ended with, told apart by the words it is known to print. It has one exit code for everything. Words
 * that nobody knows yet are no proof of anything, least of all that the secret is not there.
 */
export function toFailure(what: string, stderr: string): McpformError {
  const kind = kinds.find(({ words }) => words.test(stderr));
  if (kind !== undefined) return new McpformError(kind.code, `${what}: ${kind.because}`, { hint: kind.hint });
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: "op read" failed`, {
    hint: 'run "op read" with it yourself to see why',
  });
}

/** The first that fits: that a name is ambiguous is said within a message about what could not be resolved. */
const kinds = [
  {
    words: /more than one (?:item|vault|field|section|account)|multiple accounts/i,
    code: 'SECRET_BACKEND_FAILED',
    because: 'more than one thing has that name',
    hint: 'write the ids of vault and item instead of their names, or set OP_ACCOUNT',
  },
  {
    words: /invalid secret reference/i,
    code: 'SECRET_INVALID',
    because: 'it is no reference that 1Password understands',
    hint: 'copy the secret reference from the 1Password app',
  },
  {
    words:
      /isn't an? (?:item|vault|field|section)|could not (?:find|resolve) (?:item|vault|field|section)|does not have a (?:field|section|file)|no item found/i,
    code: 'SECRET_NOT_FOUND',
    because: 'there is no such vault, item or field, or this account may not see it',
    hint: 'look at its name with "op item get", or copy the secret reference from the 1Password app',
  },
  {
    words:
      /not (?:currently )?signed in|session expired|sign in again|no accounts? (?:configured|found|specified)|could not find account|authorization (?:prompt )?(?:was )?(?:dismissed|denied|timeout|timed out)|unauthorized|forbidden|invalid (?:session |service account |connect )?token|service account (?:token|deleted)|\b40[13]\b/i,
    code: 'SECRET_DENIED',
    because: '1Password does not let us in',
    hint: 'sign in with "op signin", unlock the 1Password app, or set OP_SERVICE_ACCOUNT_TOKEN',
  },
  {
    words: /(?:connecting to|connect to|connection to) (?:the )?(?:1Password )?desktop app/i,
    code: 'SECRET_DENIED',
    because: 'the 1Password app cannot be reached',
    hint: 'start and unlock the 1Password app, and let it work with the command line',
  },
  {
    words: /context deadline exceeded/i,
    code: 'SECRET_TIMEOUT',
    because: '1Password did not answer in time',
    hint: 'unlock the 1Password app, look at the network, then try again',
  },
] as const;
