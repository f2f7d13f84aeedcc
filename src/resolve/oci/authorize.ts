import type { Context } from '../../model/context.ts';
import type { Challenge } from './challenge.ts';
import { denied, unexpected } from './failures.ts';
import type { Authorization, Session } from './session.ts';
import { fetchToken } from './token.ts';

export interface AuthorizeRequest {
  readonly scopes: readonly string[];
  readonly challenges: readonly Challenge[];
  /** What was sent with the request that was refused. */
  readonly refused: Authorization | null;
}

/** A password is good for everything, a token for its scopes. */
const EVERYTHING = '';

/** What this run has that is still good for the scopes; null when it has nothing. */
export async function currentAuthorization(
  { authorizations }: Session,
  scopes: readonly string[],
  { system }: Context,
): Promise<Authorization | null> {
  const known = authorizations.get(EVERYTHING) ?? authorizations.get(scopes.join(' '));
  // Whoever asked for it hears why it failed; for the others there is none.
  const found = (await known?.catch(() => null)) ?? null;
  return isStillGood(found, system) ? found : null;
}

function isStillGood(found: Authorization | null, { clock }: Context['system']): boolean {
  return found !== null && found.expiresAtMs > clock.monotonic();
}

/**
 * Answers a challenge. Requests for the same scopes share one answer. RESOLVE_DENIED when there are no credentials
 * or the ones there are were refused.
 */
export async function authorize(
  session: Session,
  { scopes, challenges, refused }: AuthorizeRequest,
  ctx: Context,
): Promise<Authorization> {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
  if (bearer === undefined && !isBasic) {
    throw unexpected(session.name, 'wants to know who asks, in no way that is known here');
  }
  const { authorizations } = session;
  const key = bearer === undefined ? EVERYTHING : scopes.join(' ');
  const other = (await authorizations.get(key)?.catch(() => null)) ?? null;
  if (other !== null && other !== refused && isStillGood(other, ctx.system)) return other;
  const made =
    bearer === undefined ? usePassword(session, refused) : fetchToken(session, bearer, scopes, ctx);
  authorizations.set(key, made);
  try {
    return await made;
  } catch (error) {
    // What failed is not kept: the next request asks again.
    if (authorizations.get(key) === made) authorizations.delete(key);
    throw error;
  }
}

async function usePassword(session: Session, refused: Authorization | null): Promise<Authorization> {
  const { name } = session;
  const credentials = await session.credentials();
  if (credentials === null) throw denied(session, `"${name}" wants credentials and there are none`);
  if (credentials.kind === 'identity-token') {
    throw denied(session, `"${name}" wants a password and there is only an identity token`);
  }
  if (refused !== null)
    throw denied(session, `"${name}" refused the credentials of "${credentials.username}"`);
  const secret = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  return { headers: { authorization: `Basic ${secret}` }, expiresAtMs: Number.POSITIVE_INFINITY };
}
