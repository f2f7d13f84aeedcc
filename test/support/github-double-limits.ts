import type { Answer } from './github-double-route.ts';

/** As GitHub says it; without `seconds` it does not say for how long. */
export function secondaryLimit(
  seconds?: number,
): Answer & { kind: 'answer'; headers: Record<string, string> } {
  return {
    kind: 'answer',
    status: 403,
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
    data: {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    },
  };
}

export function primaryLimit(
  resetAtSeconds: number,
): Answer & { kind: 'answer'; headers: Record<string, string> } {
  return {
    kind: 'answer',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetAtSeconds) },
    data: {
      message: 'API rate limit exceeded for installation ID 7.',
      documentation_url: 'https://docs.github.com/rest',
    },
  };
}
