import { McpformError } from '../../model/error.ts';

/**
 * What `bws secret get` ended with, told apart by its words: it has one exit code for everything. Its server answers
 * 404 both for a secret that is not there and for one that the machine account may not read.
 */
export function toFailure(what: string, stderr: string): McpformError {
  const kind = kinds.find(({ words }) => words.test(stderr));
  if (kind !== undefined) return new McpformError(kind.code, `${what}: ${kind.because}`, { hint: kind.hint });
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: "bws secret get" failed`, {
    hint: 'run "bws secret get" with it yourself to see why',
  });
}

const kinds = [
  {
    words: /missing access token/i,
    code: 'SECRET_DENIED',
    because: 'there is no access token',
    hint: 'set BWS_ACCESS_TOKEN to the access token of a machine account',
  },
  {
    words:
      /access token is not in a valid format|contain a decryption key|wrong number of parts|is the wrong version|has an invalid identifier/i,
    code: 'SECRET_DENIED',
    because: 'BWS_ACCESS_TOKEN is no access token',
    hint: 'set BWS_ACCESS_TOKEN to a whole access token of a machine account',
  },
  {
    words: /server: \[40[013]\b/i,
    code: 'SECRET_DENIED',
    because: 'Bitwarden does not take the access token',
    hint: 'see whether the access token has ended or was revoked, and is of this server',
  },
  {
    words: /server: \[404\b/i,
    code: 'SECRET_NOT_FOUND',
    because: 'there is no such secret, or the machine account may not read it',
    hint: 'look at it in the web app, and let the machine account read its project',
  },
] as const;
