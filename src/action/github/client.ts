import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck/light.js';

export interface DriverSettings {
  readonly token: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Follows nothing and keeps no cookies. */
  readonly fetch: typeof fetch;
  /** Between two requests that change something, and three times between two that notify people: GitHub asks for it. */
  readonly paceMs: number;
  /** How long the first of a few new tries waits; the others wait 4 and 9 times as long. */
  readonly retryUnitMs: number;
  /** Waits until a limit is over and gives true, or gives false at once. */
  readonly waitOut: (seconds: number) => Promise<boolean>;
}

export interface DriverAnswer {
  readonly status: number;
  readonly headers: { readonly link?: string | undefined };
  readonly data: unknown;
}

export interface Driver {
  /**
   * What reads or writes the same again is tried up to four times when the answer is lost or is the server's own error;
   * a POST only once. Throws the library's errors; what has a status of 300 to 399 comes back.
   */
  request(route: string, parameters: Readonly<Record<string, unknown>>): Promise<DriverAnswer>;
  /** Asks, and changes nothing. */
  query(text: string): Promise<unknown>;
}

const TRIES_AGAIN = 3;

const HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** What stays as it is when asked once more, or has its own wait. */
const FINAL = [400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 451];

const silent = { debug: noWords, info: noWords, warn: noWords, error: noWords };

function noWords(): void {
  // The library says on stderr what is deprecated: nothing for people who run a workflow.
}

export function openDriver(settings: DriverSettings): Driver {
  const { token, apiUrl, userAgent, signal, fetch, paceMs, retryUnitMs, waitOut } = settings;
  const octokit = new (Octokit.plugin(retry, throttling))({
    auth: token,
    baseUrl: apiUrl,
    userAgent,
    log: silent,
    request: { fetch, log: silent, signal },
    retry: { doNotRetry: FINAL, retries: TRIES_AGAIN, retryAfterBaseValue: retryUnitMs },
    throttle: {
      // Its own queues are those of the process, and have one pace.
      write: new Bottleneck.Group({ maxConcurrent: 1, minTime: paceMs }),
      notifications: new Bottleneck.Group({ maxConcurrent: 1, minTime: 3 * paceMs }),
      // We have waited when it is asked for: with our clock, and until we are told to stop.
      retryAfterBaseValue: 0,
      onRateLimit: waitOut,
      onSecondaryRateLimit: waitOut,
    },
  });
  return {
    request: async (route, parameters) => {
      const once = route.startsWith('POST ') ? { request: { retries: 0 } } : {};
      const { status, headers, data } = await octokit.request(route, {
        ...parameters,
        ...once,
        headers: HEADERS,
      });
      return { status, headers, data };
    },
    query: (text) => octokit.graphql(text),
  };
}
