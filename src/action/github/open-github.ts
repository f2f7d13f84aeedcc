import { McpformError } from '../../model/error.ts';
import type { Clock, Network } from '../../model/system.ts';
import { isLoopback } from '../../system/http/addresses.ts';
import { commentsOf } from './comments.ts';
import { fileAt } from './file-at.ts';
import type { GitHub } from './github.ts';
import { issuesOf } from './issues.ts';
import { openRest } from './open-rest.ts';
import { pullsOf } from './pulls.ts';
import { checkSlug, type Slug } from './slug.ts';

export interface GitHubSettings {
  readonly token: string;
  /** `GITHUB_API_URL`: `https://api.github.com`, or `https://HOST/api/v3`. */
  readonly apiUrl: string;
  readonly repository: Slug;
  readonly userAgent: string;
  /** Ends what is asked and what is waited for, with its reason. */
  readonly signal: AbortSignal;
  /** What takes long, a line each: no secret is in it. */
  readonly log: (line: string) => void;
  readonly network: Pick<Network, 'request'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** How long all waits that GitHub asks for may take together. Default: 3 minutes. */
  readonly patienceMs?: number;
  /** Between two requests that change something. Default: a second, as GitHub asks for. */
  readonly paceMs?: number;
  /** How long the first new try after a lost answer waits. Default: a second. */
  readonly retryUnitMs?: number;
}

const PATIENCE_MS = 180_000;
const PACE_MS = 1_000;
const RETRY_UNIT_MS = 1_000;

/** Loads the driver, and asks nothing yet. Throws GITHUB_ADDRESS_INVALID and GITHUB_TOKEN_INVALID. */
export async function openGitHub(settings: GitHubSettings): Promise<GitHub> {
  const { token, patienceMs = PATIENCE_MS, paceMs = PACE_MS, retryUnitMs = RETRY_UNIT_MS } = settings;
  const repository = checkSlug(settings.repository);
  const apiUrl = checkApiUrl(settings.apiUrl);
  // What is no token could be part of a header, and of an error about that header.
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) {
    throw new McpformError(
      'GITHUB_TOKEN_INVALID',
      token === '' ? 'there is no token' : 'this is not a token',
      {
        hint: 'pass `github.token`',
      },
    );
  }
  const rest = await openRest({ ...settings, apiUrl, patienceMs, paceMs, retryUnitMs });
  return {
    ...pullsOf(repository, rest),
    ...commentsOf(repository, rest),
    ...issuesOf(repository, rest),
    fileAt: (place) => fileAt(place, rest),
  };
}

/** Without its last slash. An address that is refused is not said back: somebody may have put a password into it. */
function checkApiUrl(text: string): string {
  const fail = (why: string): never => {
    throw new McpformError('GITHUB_ADDRESS_INVALID', `the address of the GitHub API ${why}`, {
      hint: 'it is `GITHUB_API_URL` of the runner: https://api.github.com, or https://HOST/api/v3',
    });
  };
  if (!URL.canParse(text)) return fail('is not a URL');
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) return fail('is not https');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return fail('holds more than a host and a path');
  }
  return url.href.replace(/\/+$/, '');
}
