import { escapeText } from '../../formats/escape.ts';
import { McpformError } from '../../model/error.ts';
import type { Ask } from './ask.ts';

/** What a driver's error has; nothing else of it is looked at, and no token is in these. */
interface Failed {
  readonly status: number | null;
  readonly headers: ReadonlyMap<string, unknown>;
  readonly message: string;
  /** Of the network: `ECONNRESET`. */
  readonly errno: string | null;
}

const MAX_WORDS = 300;

/** An error of the driver in our words. A bug, or what was aborted, comes back as it is. */
export function explainFailure(error: unknown, { about, needs }: Ask, token: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'GraphqlResponseError') {
    return new McpformError('GITHUB_REFUSED', `${about}: ${wordsOf(error.message, token)}`);
  }
  const failed = readFailed(error);
  if (failed === null) return error;
  const { status, errno } = failed;
  const words = wordsOf(failed.message, token);
  if (errno === 'EMSGSIZE')
    return new McpformError('GITHUB_ANSWER_INVALID', `${about}: the answer is too large`);
  if (errno !== null || status === null || status >= 500) {
    const what = errno ?? (status === null ? 'no answer' : `status ${status}`);
    return new McpformError('GITHUB_UNAVAILABLE', `${about}: GitHub did not answer (${what})`, {
      hint: 'run the job again later',
    });
  }
  if (isLimited(failed)) {
    return new McpformError('GITHUB_RATE_LIMITED', `${about}: ${words}`, { hint: 'run the job again later' });
  }
  return refusal(status, words, { about, needs });
}

function refusal(
  status: number,
  words: string,
  { about, needs }: Pick<Ask, 'about' | 'needs'>,
): McpformError {
  const permission = `add \`${needs}\` to \`permissions:\` of the job`;
  if (status === 401) {
    return new McpformError('GITHUB_TOKEN_INVALID', `${about}: GitHub does not take the token`, {
      hint: 'pass `github.token`, or a token that is still valid',
    });
  }
  if (status === 403) {
    return new McpformError('GITHUB_DENIED', `${about}: ${words}`, {
      hint: `${permission}; for the pull request of a fork, do it in a workflow of \`workflow_run\``,
    });
  }
  if (status === 404 || status === 410) {
    return new McpformError('GITHUB_NOT_FOUND', `${about}: not found`, {
      hint: `check that it exists; when it is private, ${permission}`,
    });
  }
  const isLong = status === 413 || /is too long/i.test(words);
  return new McpformError(
    isLong ? 'GITHUB_TOO_LONG' : 'GITHUB_REFUSED',
    `${about}: ${words} (status ${status})`,
  );
}

function readFailed(error: Error): Failed | null {
  const { cause } = error;
  const isOfNetwork = cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
  const errno = isOfNetwork ? String(cause.code) : null;
  const response = 'response' in error ? propertiesOf(error.response) : new Map();
  const headers = propertiesOf(response.get('headers'));
  const answered: unknown = response.get('status');
  const status = typeof answered === 'number' ? answered : null;
  // The driver gives an error of the network the status 500, and no response.
  if (status === null && errno === null) return null;
  return { status, headers, errno, message: error.message };
}

function isLimited({ status, headers, message }: Failed): boolean {
  if (status !== 403 && status !== 429) return false;
  const isAsked = headers.has('retry-after') || String(headers.get('x-ratelimit-remaining')) === '0';
  return status === 429 || isAsked || /\brate limit\b/i.test(message);
}

/** GitHub's own words are text from outside, and end where somebody repeats ours in them. */
function wordsOf(message: string, token: string): string {
  const words = escapeText(message.replaceAll(token, '***'));
  return words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words;
}

function propertiesOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}
