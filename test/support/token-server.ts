import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';

/** Gives out tokens that a registry believes, as the one beside a real registry does. */
export interface TokenServer {
  readonly url: string;
  readonly service: string;
  readonly issuer: string;
  /** Stands for the credentials, as `docker login` would have left it. */
  readonly identityToken: string;
  /** Who asked for what. */
  readonly requests: readonly TokenRequest[];
  /** A token for a scope such as `repository:a/b:pull,push`, without asking who wants it. */
  readonly issue: (...scopes: readonly string[]) => string;
  readonly stop: () => Promise<void>;
}

export interface TokenRequest {
  readonly method: string;
  readonly parameters: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

interface Options {
  readonly certificates: Certificates;
  readonly credentials: { readonly username: string; readonly password: string };
}

const SERVICE = 'lab-registry';
const ISSUER = 'lab-issuer';

/** https://distribution.github.io/distribution/spec/auth/jwt/ */
export async function startTokenServer({ certificates, credentials }: Options): Promise<TokenServer> {
  const requests: TokenRequest[] = [];
  const identityToken = randomUUID();
  const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  const server = createServer(async (request, response) => {
    const parameters = await parametersOf(request);
    requests.push({ method: request.method ?? '', parameters, headers: request.headers });
    const isKnown =
      request.headers.authorization === basic || parameters.get('refresh_token') === identityToken;
    const isAnonymous = request.headers.authorization === undefined && !parameters.has('refresh_token');
    if (!isKnown && !isAnonymous) {
      response.writeHead(401).end();
      return;
    }
    const scopes = parameters.getAll('scope').flatMap((each) => each.split(' '));
    const granted = scopes.filter((scope) => isKnown || /^repository:pub\/[^:]+:pull$/.test(scope));
    const token = issueToken(granted, certificates);
    response.end(JSON.stringify(isKnown ? { access_token: token, expires_in: 300 } : { token }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    service: SERVICE,
    issuer: ISSUER,
    identityToken,
    requests,
    issue: (...scopes) => issueToken(scopes, certificates),
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function parametersOf(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.method !== 'POST') return new URL(request.url ?? '', 'http://x').searchParams;
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return new URLSearchParams(Buffer.concat(pieces).toString());
}

function issueToken(scopes: readonly string[], { certificate, key }: Certificates): string {
  const chain = [new X509Certificate(certificate).raw.toString('base64')];
  const nowS = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions = ''] = scope.split(':');
    return { type, name, actions: actions.split(',') };
  });
  const claims = {
    iss: ISSUER,
    aud: SERVICE,
    sub: 'lab',
    iat: nowS,
    nbf: nowS - 10,
    exp: nowS + 300,
    jti: randomUUID(),
    access,
  };
  const body = [{ typ: 'JWT', alg: 'ES256', x5c: chain }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(body), {
    key: createPrivateKey(key),
    dsaEncoding: 'ieee-p1363',
  });
  return `${body}.${signature.toString('base64url')}`;
}
