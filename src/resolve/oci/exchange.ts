import type { Context } from '../../model/context.ts';
import type { HttpRequest, HttpResponse } from '../../model/system.ts';
import { authorize, currentAuthorization } from './authorize.ts';
import { parseChallenges } from './challenge.ts';
import { send } from './send.ts';
import type { Session } from './session.ts';

export interface Ask {
  readonly method: HttpRequest['method'];
  /** Below the origin of the registry, or a whole URL there. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream can be sent once, so it is not sent again after a challenge: ask for something else before. */
  readonly body?: HttpRequest['body'];
  readonly timeoutMs?: number;
  /** What a token must be good for: `repository:NAME:pull`. */
  readonly scopes: readonly string[];
}

/**
 * One request to the registry itself, with a token or password when it wants one. Throws as `send` does, and
 * RESOLVE_DENIED when there is nothing to answer a challenge with; every other answer is the caller's to judge, and
 * to read or discard.
 */
export async function exchange(session: Session, ask: Ask, ctx: Context): Promise<HttpResponse> {
  const { method, path, headers, body, timeoutMs, scopes } = ask;
  const origin = await session.origin();
  const request = {
    method,
    url: path.startsWith('/') ? `${origin}${path}` : path,
    ...(body === undefined ? {} : { body }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const used = await currentAuthorization(session, scopes, ctx);
  const first = await send(session, { ...request, headers: { ...headers, ...used?.headers } }, ctx);
  const isReplayable = body === undefined || body instanceof Uint8Array;
  if (first.status !== 401 || !isReplayable) return first;
  const challenges = parseChallenges(first.headers['www-authenticate'] ?? '');
  await first.discard();
  const fresh = await authorize(session, { scopes, challenges, refused: used }, ctx);
  return send(session, { ...request, headers: { ...headers, ...fresh.headers } }, ctx);
}
