import type { Trouble } from './trouble.ts';
import type { Said, Words } from './words.ts';

/** What an HTTP status says about a server (RFC 9110, section 15). */
export function explainStatus(
  { status }: Extract<Trouble, { kind: 'status' }>,
  { place, target }: Said,
): Words {
  switch (status) {
    case 401:
    case 403:
      return {
        code: 'HEALTH_UNAUTHORIZED',
        message: `${place} is there, and wants other credentials (HTTP ${status})`,
        hint:
          target.kind === 'http' && Object.keys(target.headers ?? {}).length > 0
            ? 'correct the headers of the server: those it got were not accepted'
            : 'log in with the client, or give the server its headers',
      };
    case 404:
      return {
        code: 'HEALTH_NOT_FOUND',
        message: `${place} is not there: something listens, but not on this path (HTTP 404)`,
        hint: 'correct the path; most servers use /mcp, older ones /sse',
      };
    case 405:
      return {
        code: 'HEALTH_TRANSPORT',
        message: `${place} does not take this transport (HTTP 405)`,
        hint: 'write `transport: http` or `transport: sse`, whichever the server speaks',
      };
    case 429:
      return {
        code: 'HEALTH_STATUS',
        message: `${place} has had too many requests (HTTP 429)`,
        hint: 'wait, and check less often',
      };
    default:
      return {
        code: 'HEALTH_STATUS',
        message: `${place} answers with HTTP ${status}`,
        hint: status >= 500 ? "look into the server's log" : 'look at what it says, and correct the server',
      };
  }
}

/** It is there and answers, but not to us. */
export function isUnauthorized(trouble: Trouble): boolean {
  return trouble.kind === 'status' && (trouble.status === 401 || trouble.status === 403);
}
