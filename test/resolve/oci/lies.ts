import type { Lie, MockRegistry } from '../../support/registry-mock.ts';

/** What a person has for a registry, and how it looks on the way. */
export const login = 'ann:s3cret';
export const basic = `Basic ${Buffer.from(login).toString('base64')}`;

/** Wants a token from `realm` for everything it has. */
export const challenging =
  (realm: string): Lie =>
  ({ headers }, response) => {
    if (headers.authorization === 'Bearer t0ken') return false;
    response.setHeader(
      'www-authenticate',
      `Bearer realm="${realm}",service="mock",scope="repository:x:pull"`,
    );
    response.writeHead(401).end();
    return true;
  };

export const givingTokens: Lie = (_, response) => {
  response.end(JSON.stringify({ token: 't0ken' }));
  return true;
};

export const wantingPassword: Lie = ({ headers }, response) => {
  if (headers.authorization === basic) return false;
  response.writeHead(401, { 'www-authenticate': 'Basic realm="mock"' }).end();
  return true;
};

export const redirecting =
  (from: RegExp, to: string): Lie =>
  ({ url }, response) => {
    if (!from.test(url)) return false;
    response.writeHead(307, { location: to }).end();
    return true;
  };

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Lie =>
  (_, response) => {
    response.writeHead(status, headers).end('no');
    return true;
  };

export const sending =
  (bytes: Uint8Array, headers: Readonly<Record<string, string>>): Lie =>
  ({ method }, response) => {
    response.writeHead(200, headers).end(method === 'HEAD' ? undefined : bytes);
    return true;
  };

/** Lies the first times, then no more. */
export const first = (times: number, lie: Lie): Lie => {
  let left = times;
  return (request, response) => (left-- > 0 ? lie(request, response) : false);
};

/** Where the registry was told who asks, in whatever form. */
export const credentialsIn = ({ requests }: MockRegistry): readonly string[] =>
  requests.flatMap(({ headers, url, body }) =>
    /s3cret|YW5uOnMzY3JldA|t0ken/.test(`${headers.authorization} ${url} ${body}`) ? [url] : [],
  );
