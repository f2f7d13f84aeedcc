import { version } from '../../../engine/version.ts';
import type { Context } from '../../../model/context.ts';
import { McpformError } from '../../../model/error.ts';
import type { Delivery } from './sink.ts';

export interface PostSettings {
  /** Hosts of this machine or a private network that a person has listed: `chat.corp.internal`, `127.0.0.1:8080`. */
  readonly listedHosts: readonly string[];
}

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;

/** Sends JSON once. Follows nothing; says of what went wrong no more than a status or a code. */
export async function post(
  { url, headers, body, signal }: Post,
  settings: PostSettings,
  { system }: Pick<Context, 'system'>,
): Promise<Delivery> {
  try {
    const response = await system.network.request({
      method: 'POST',
      url: url.href,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': `mcpform/${version}`,
        ...headers,
      },
      body: Buffer.from(body),
      timeoutMs: TIMEOUT_MS,
      isPublicOnly: !isListed(url, settings),
      signal,
    });
    await response.discard();
    return deliveryOf(response.status, response.headers['retry-after'], system.clock.now());
  } catch (error) {
    return failureOf(error);
  }
}

/**
 * The address of a sink. Throws LOOP_SINK_INVALID, which does not say it back: an address may be the secret. Plain
 * http, which anybody on the way can read and change, is for listed hosts alone.
 */
export function sinkUrl(name: string, text: string, settings: PostSettings): URL {
  const fail = (why: string, hint: string): never => {
    throw new McpformError('LOOP_SINK_INVALID', `the address of ${name} ${why}`, { hint });
  };
  if (!URL.canParse(text)) return fail('is not a URL', 'write https://HOST/PATH');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return fail('holds a user or password', 'leave them out: messages are signed, or have a token');
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isListed(url, settings));
  if (!isSafe) return fail('is not https', 'use https, or list the host');
  return url;
}

function isListed({ host, hostname }: URL, { listedHosts }: PostSettings): boolean {
  return listedHosts.includes(host) || listedHosts.includes(hostname);
}

function deliveryOf(status: number, retryAfter: string | undefined, nowMs: number): Delivery {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 300 && status < 400) {
    return { kind: 'refused', why: `redirect (status ${status}), which is not followed` };
  }
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) {
    return { kind: 'refused', why: `status ${status}` };
  }
  const afterMs = retryAfterMs(retryAfter, nowMs);
  return { kind: 'later', why: `status ${status}`, ...(afterMs === null ? {} : { afterMs }) };
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Words of a driver may hold the address. */
function failureOf(error: unknown): Delivery {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES') {
    return { kind: 'refused', why: 'address of this machine or a private network that is not listed' };
  }
  return { kind: 'later', why: /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'no answer' };
}
