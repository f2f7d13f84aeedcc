import type { Context } from '../../model/context.ts';
import { isLoopbackHost } from '../../model/registry-host.ts';
import type { HttpRequest, HttpResponse } from '../../model/system.ts';
import { Busy, readRetryAfter } from './retry.ts';
import type { Session } from './session.ts';

/**
 * One request on behalf of a registry: to itself, to whoever gives out its tokens, or to where it keeps its blobs.
 * Throws `Busy`, with the body discarded, when it is worth asking again, and `errno` errors when there is no answer.
 */
export async function send(
  { settings, limit }: Session,
  request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'timeoutMs'>,
  ctx: Context,
): Promise<HttpResponse> {
  const isUnverified = settings.transport === 'either' && isLoopbackHost(new URL(request.url).hostname);
  const response = await limit(() =>
    ctx.system.network.request({
      ...request,
      headers: { 'user-agent': 'mcpform', ...request.headers },
      ...(settings.authorities === undefined ? {} : { authorities: settings.authorities }),
      ...(isUnverified ? { isUnverified } : {}),
      signal: ctx.signal,
    }),
  );
  const { status, headers } = response;
  if (status !== 408 && status !== 429 && status < 500) return response;
  await response.discard();
  throw new Busy(status, readRetryAfter(headers['retry-after'], ctx.system.clock.now()));
}
