import { isErrno, McpformError } from '../model/error.ts';
import { readBody } from '../model/read-body.ts';
import { isLoopbackHost } from '../model/registry-host.ts';
import { MAX_SECRET_BYTES, type SecretContext } from '../model/secret.ts';
import type { HttpRequest } from '../model/system.ts';

export interface ServerRequest extends Pick<HttpRequest, 'method' | 'url' | 'authorities'> {
  /** How people know the backend. */
  readonly backend: string;
  /** What is asked for, for messages. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
}

export interface ServerAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** May hold the secret: never to be shown. */
  readonly body: Uint8Array;
}

/**
 * Asks the server of a backend, whatever it answers. No redirect is followed, and nothing goes to another machine in
 * the clear. Throws SECRET_TOO_LARGE, SECRET_TIMEOUT, SECRET_BACKEND_FAILED (no answer) and the signal's reason.
 */
export async function askServer(request: ServerRequest, ctx: SecretContext): Promise<ServerAnswer> {
  const { backend, what, method, url, authorities, headers, body, signal } = request;
  const { host } = requireSafe(url, request);
  try {
    const response = await ctx.system.network.request({
      method,
      url,
      headers: { ...headers },
      signal,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? Buffer.from(body) : body }),
      ...(authorities === undefined ? {} : { authorities }),
    });
    const bytes = await readBody(response, MAX_ANSWER);
    return { status: response.status, headers: response.headers, body: bytes };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
    if (error instanceof McpformError) throw error;
    throw noAnswer({ backend, what, host }, error);
  }
}

/** Room for what comes beside a secret. */
const MAX_ANSWER = 16 * MAX_SECRET_BYTES;

/** The URL, when a token or secret may travel to it: https, or this machine. Throws SECRET_BACKEND_FAILED. */
export function requireSafe(url: string, { backend, what }: Pick<ServerRequest, 'backend' | 'what'>): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: the address of ${backend} is no URL`, {
      hint: 'it starts with https://',
    });
  }
  if (parsed.protocol === 'http:' && !isLoopbackHost(parsed.host)) {
    throw new McpformError(
      'SECRET_BACKEND_FAILED',
      `${what}: refused to ask "${parsed.host}" over http, where everybody on the way reads the answer`,
      { hint: 'use https, or http to this machine alone' },
    );
  }
  return parsed;
}

interface Asked {
  readonly backend: string;
  readonly what: string;
  readonly host: string;
}

/** The reason is a code of the platform: messages of libraries may hold parts of what was sent. */
function noAnswer({ backend, what, host }: Asked, error: Error): McpformError {
  if (isErrno(error, 'EMSGSIZE')) {
    return new McpformError('SECRET_TOO_LARGE', `${what}: ${backend} sent more than any secret has`, {
      hint: `a secret has ${MAX_SECRET_BYTES / 1024} KiB at most`,
    });
  }
  if (isErrno(error, 'ETIMEDOUT')) {
    return new McpformError('SECRET_TIMEOUT', `${what}: "${host}" did not answer in time`, {
      hint: `see whether ${backend} can be reached from here, then try again`,
    });
  }
  const code = 'code' in error ? String(error.code) : '';
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: no answer from "${host}" (${code})`, {
    hint: `see whether ${backend} can be reached from here, and who signed its certificate`,
  });
}
