import type { Credentials } from '../../credentials/credentials.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { isJsonObject } from '../../model/json.ts';
import { readBody } from '../../model/read-body.ts';
import { apiHost, isLoopbackHost, withoutPort } from '../../model/registry-host.ts';
import type { HttpResponse } from '../../model/system.ts';
import type { Challenge } from './challenge.ts';
import { denied, unexpected } from './failures.ts';
import { withRetries } from './retry.ts';
import { send } from './send.ts';
import type { Authorization, Session } from './session.ts';

const MAX_BYTES = 1024 * 1024;
/** What the specification says when the answer does not. */
const DEFAULT_LIFETIME_S = 60;

/**
 * A token for the scopes from where the challenge says, with the user's credentials if those may go there and
 * without any otherwise: what is public can be had that way.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export async function fetchToken(
  session: Session,
  { parameters }: Challenge,
  scopes: readonly string[],
  ctx: Context,
): Promise<Authorization> {
  const realm = await acceptableRealm(session, parameters.get('realm') ?? '');
  const mayHave = mayHaveCredentials(session, realm);
  const credentials = mayHave ? await session.credentials() : null;
  if (!mayHave) session.withheldFrom.add(realm.host);
  const wanted = [...new Set([...scopes, ...(parameters.get('scope') ?? '').split(' ')])].filter(Boolean);
  const request = tokenRequest(realm, { service: parameters.get('service'), scopes: wanted, credentials });
  return withRetries(realm.host, ctx, async () => {
    const response = await send(session, request, ctx);
    return readToken(session, realm, response, ctx);
  });
}

/** The registry chooses the address, so it is not trusted to be harmless: https stays https, http on this machine. */
async function acceptableRealm(session: Session, text: string): Promise<URL> {
  if (!URL.canParse(text)) throw unexpected(session.name, 'gives out its tokens at no address');
  const realm = new URL(text);
  realm.username = '';
  realm.password = '';
  const isPlainHere = realm.protocol === 'http:' && isLoopbackHost(realm.hostname);
  const isFromPlain = (await session.origin()).startsWith('http:');
  if (realm.protocol === 'https:' || (isPlainHere && isFromPlain)) return realm;
  throw new McpformError(
    'RESOLVE_INSECURE',
    `"${session.name}" gives out its tokens at "${realm.protocol}//${realm.host}", which is not https`,
    { hint: 'nothing was sent there; tell whoever runs the registry' },
  );
}

function mayHaveCredentials({ settings }: Session, realm: URL): boolean {
  const own = withoutPort(apiHost(settings.host));
  return (
    realm.hostname === own || settings.realms.some((each) => new URL(`https://${each}`).host === realm.host)
  );
}

interface TokenRequest {
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | null;
}

function tokenRequest(
  realm: URL,
  { service, scopes, credentials }: TokenRequest,
): Parameters<typeof send>[1] {
  if (credentials?.kind === 'identity-token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'mcpform',
      ...(service === undefined ? {} : { service }),
      scope: scopes.join(' '),
      refresh_token: credentials.token,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm.href, headers, body: Buffer.from(form.toString()) };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials === null) return { method: 'GET', url: url.href };
  const { username, password } = credentials;
  url.searchParams.set('account', username);
  const secret = Buffer.from(`${username}:${password}`).toString('base64');
  return { method: 'GET', url: url.href, headers: { authorization: `Basic ${secret}` } };
}

async function readToken(
  session: Session,
  realm: URL,
  response: HttpResponse,
  { system }: Context,
): Promise<Authorization> {
  if (response.status !== 200) {
    await response.discard();
    const isRefused = response.status === 401 || response.status === 403;
    if (isRefused) throw refused(session, realm);
    throw unexpected(realm.host, `answered ${response.status} instead of a token for "${session.name}"`);
  }
  const answer = await readAnswer(realm, response);
  const token = answer['token'] ?? answer['access_token'];
  // It becomes a header, so nothing in it may end one.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw noToken(realm);
  const seconds = Number(answer['expires_in'] ?? DEFAULT_LIFETIME_S);
  // A tenth less than promised: it also has to arrive.
  const lifetimeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 900 : 0;
  return {
    headers: { authorization: `Bearer ${token}` },
    expiresAtMs: system.clock.monotonic() + lifetimeMs,
  };
}

async function readAnswer(realm: URL, response: HttpResponse): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(await readBody(response, MAX_BYTES)).toString('utf8'));
    if (isJsonObject(value)) return value;
  } catch (error) {
    // Without the cause of either: the text may hold a token.
    if (!(error instanceof SyntaxError) && !isErrno(error, 'EMSGSIZE')) throw error;
  }
  throw noToken(realm);
}

function noToken(realm: URL): McpformError {
  return unexpected(realm.host, 'answered something that is no token');
}

function refused(session: Session, realm: URL): McpformError {
  return denied(session, `"${realm.host}" gives out no token for "${session.name}"`);
}
