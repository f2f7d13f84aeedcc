import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { content, descriptorOf, makeImage } from '../../support/registry-images.ts';
import type { Lie, MockRegistry } from '../../support/registry-mock.ts';
import { collect, makeWorld, mockRegistry, type WorldOptions } from './world.ts';

const image = makeImage();
const { layers } = image;
const layer = layers[0] as (typeof layers)[number];
const login = 'ann:s3cret';
const basic = `Basic ${Buffer.from(login).toString('base64')}`;

/** Wants a token from `realm` for everything it has. */
const challenging =
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

const wantingPassword: Lie = ({ headers }, response) => {
  if (headers.authorization === basic) return false;
  response.writeHead(401, { 'www-authenticate': 'Basic realm="mock"' }).end();
  return true;
};

const givingTokens: Lie = (_, response) => {
  response.end(JSON.stringify({ token: 't0ken' }));
  return true;
};

const redirecting =
  (from: RegExp, to: string): Lie =>
  ({ url }, response) => {
    if (!from.test(url)) return false;
    response.writeHead(307, { location: to }).end();
    return true;
  };

const credentialsIn = ({ requests }: MockRegistry): readonly string[] =>
  requests.flatMap(({ headers, url, body }) =>
    /s3cret|YW5uOnMzY3JldA|t0ken/.test(`${headers.authorization} ${url} ${body}`) ? [url] : [],
  );

describe('a realm on another host', () => {
  it('gets no credentials, and is asked for what everybody may have', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.add('x', image, '1');
    registry.lie = challenging(`${other.url}/token`);
    other.lie = givingTokens;
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const found = await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    expect(found?.digest).toBe(image.manifest.digest);
    expect(other.requests.filter(({ url }) => url.startsWith('/token'))).toHaveLength(1);
    expect(credentialsIn(other)).toEqual([]);
  });

  it('that gives nothing to nobody is named, with the way to configure it', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.lie = challenging(`${other.url}/token`);
    other.lie = (_, response) => {
      response.writeHead(401).end();
      return true;
    };
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const opened = await openRegistry(registry.host, ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_DENIED',
      message: `"${other.host}" gives out no token for "${registry.host}"`,
      hint: expect.stringContaining(`your credentials were not sent to "${other.host}"`),
    });
    expect(credentialsIn(other)).toEqual([]);
  });

  it('gets them when the machine is configured so', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.add('x', image, '1');
    registry.lie = challenging(`${other.url}/token?tenant=a`);
    other.lie = givingTokens;
    const registries = { [registry.host]: { realms: [other.host] } };
    const { ctx } = makeWorld({ logins: { [registry.host]: login }, registries });
    await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    const [asked] = other.requests.filter(({ url }) => url.startsWith('/token'));
    expect(asked?.headers.authorization).toBe(basic);
    expect(Object.fromEntries(new URL(asked?.url ?? '', other.url).searchParams)).toEqual({
      tenant: 'a',
      service: 'mock',
      scope: 'repository:x:pull',
      account: 'ann',
    });
  });

  it('and one on the own host is taken for the registry itself', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry()];
    registry.add('x', image, '1');
    registry.lie = challenging(`${other.url}/token`);
    other.lie = givingTokens;
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    expect(other.requests.at(-1)?.headers.authorization).toBe(basic);
  });

  it.each(['http://169.254.169.254/token', 'http://[fe80::1]/token', 'ftp://127.0.0.1/', 'not a url'])(
    'is not asked at %s',
    async (realm) => {
      const registry = await mockRegistry();
      registry.lie = challenging(realm);
      const { ctx } = makeWorld({ logins: { [registry.host]: login } });
      const opened = await openRegistry(registry.host, ctx);
      await expect(opened.resolve('x', '1')).rejects.toMatchObject({
        code: realm === 'not a url' ? 'RESOLVE_PROTOCOL' : 'RESOLVE_INSECURE',
      });
    },
  );

  it('is not asked at a metadata address over https either', async () => {
    const registry = await mockRegistry();
    registry.lie = challenging('https://169.254.169.254/token');
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const opened = await openRegistry(registry.host, ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_INSECURE',
      message: '"169.254.169.254" has a link-local or metadata address',
    });
  });
});

describe('a redirect', () => {
  const stream = async (registry: MockRegistry, options: WorldOptions = {}): Promise<Buffer> => {
    const { ctx } = makeWorld({ logins: { [registry.host]: login }, ...options });
    return collect((await openRegistry(registry.host, ctx)).streamBlob('x', layer));
  };

  it('of a blob is followed to another host without credentials', async () => {
    const [registry, storage] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    storage.add('x', image);
    registry.lie = (request, response) =>
      wantingPassword(request, response) ||
      redirecting(/blobs/, `${storage.url}/v2/x/blobs/${layer.digest}`)(request, response);
    expect((await stream(registry)).equals(layer.bytes)).toBe(true);
    expect(registry.requests.at(-1)?.headers.authorization).toBe(basic);
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('to another port of the same host gets no credentials either', async () => {
    const [registry, storage] = [await mockRegistry(), await mockRegistry()];
    storage.add('x', image);
    registry.lie = (request, response) =>
      wantingPassword(request, response) ||
      redirecting(/blobs/, `${storage.url}/v2/x/blobs/${layer.digest}`)(request, response);
    await stream(registry);
    expect(credentialsIn(storage)).toEqual([]);
  });

  it('keeps them inside the registry, and has lost them when it comes back from elsewhere', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.add('y', image);
    const there = `/v2/y/blobs/${layer.digest}`;
    registry.lie = (request, response) =>
      (!request.url.startsWith('/v2/y/') && wantingPassword(request, response)) ||
      redirecting(/\/x\/blobs/, there)(request, response);
    await stream(registry);
    expect(registry.requests.at(-1)).toMatchObject({ url: there, headers: { authorization: basic } });
    registry.lie = (request, response) =>
      (!request.url.startsWith('/v2/y/') && wantingPassword(request, response)) ||
      redirecting(/\/x\/blobs/, `${other.url}/away`)(request, response);
    other.lie = redirecting(/away/, registry.url + there);
    await stream(registry);
    expect(registry.requests.at(-1)?.url).toBe(there);
    expect(registry.requests.at(-1)?.headers.authorization).toBeUndefined();
    expect(credentialsIn(other)).toEqual([]);
  });

  it('that goes on and on is given up', async () => {
    const registry = await mockRegistry();
    registry.lie = (request, response) => redirecting(/blobs/, `${request.url}0`)(request, response);
    await expect(stream(registry)).rejects.toMatchObject({ code: 'RESOLVE_PROTOCOL' });
    expect(registry.requests.length).toBeLessThanOrEqual(6);
  });

  it('to a metadata address is not followed', async () => {
    const registry = await mockRegistry();
    registry.lie = redirecting(/blobs/, 'http://169.254.169.254/latest/meta-data/');
    await expect(stream(registry)).rejects.toMatchObject({ code: 'RESOLVE_INSECURE' });
  });

  it.each(['HEAD', 'GET', 'PUT'])('of %s of a manifest is not followed at all', async (method) => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    other.add('x', image, '1');
    registry.lie = redirecting(/manifests/, `${other.url}/v2/x/manifests/1`);
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    const asked = {
      HEAD: () => opened.resolve('x', '1'),
      GET: () => opened.manifest('x', '1'),
      PUT: () => opened.putManifest('x', '1', image.manifest),
    }[method];
    await expect(asked?.()).rejects.toMatchObject({
      code: 'RESOLVE_PROTOCOL',
      message: `"${registry.host}" redirects "x:1", which only blobs may be`,
    });
    expect(other.requests).toEqual([]);
  });
});

describe('a list or an upload that goes on at another host', () => {
  it('is refused before anything is sent there', async () => {
    const [registry, other] = [await mockRegistry(), await mockRegistry({ name: 'localhost' })];
    registry.lie = ({ url, method }, response) => {
      if (url.includes('/tags/') || url.includes('/referrers/')) {
        const mediaType = 'application/vnd.oci.image.index.v1+json';
        response
          .setHeader('link', `<${other.url}/v2/x/more>; rel="next"`)
          .setHeader('content-type', mediaType);
        response.end(JSON.stringify({ tags: ['1'], manifests: [] }));
      } else if (method === 'POST') response.writeHead(202, { location: `${other.url}/upload` }).end();
      else return false;
      return true;
    };
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    const refused = { code: 'RESOLVE_INSECURE' };
    await expect(opened.tags('x')).rejects.toMatchObject(refused);
    await expect(opened.referrers('x', layer.digest)).rejects.toMatchObject(refused);
    const bytes = (async function* () {
      yield layer.bytes;
    })();
    await expect(opened.uploadBlob('x', layer, bytes)).rejects.toMatchObject(refused);
    await expect(opened.mountBlob('x', layer.digest, 'y')).rejects.toMatchObject(refused);
    expect(other.requests).toEqual([]);
  });
});

describe('https', () => {
  let folder: string;
  let certificates: Certificates;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpform-tls-'));
    certificates = await makeCertificates(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const trusting = (registry: MockRegistry): WorldOptions => ({
    logins: { [registry.host]: login },
    registries: { [registry.host]: { ca: '/ca.pem' } },
    tree: { '/ca.pem': certificates.authority },
  });

  it('does not lead to http: not by a redirect, a realm or a place to upload to', async () => {
    const [registry, plain] = [await mockRegistry({ certificates }), await mockRegistry()];
    plain.add('x', image, '1');
    plain.lie = ({ url }, response) =>
      url.startsWith('/token') ? givingTokens({} as never, response) : false;
    const { ctx } = makeWorld(trusting(registry));
    const opened = await openRegistry(registry.host, ctx);
    const refused = { code: 'RESOLVE_INSECURE' };
    registry.lie = redirecting(/blobs/, `${plain.url}/v2/x/blobs/${layer.digest}`);
    await expect(collect(opened.streamBlob('x', layer))).rejects.toMatchObject(refused);
    registry.lie = challenging(`${plain.url}/token`);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject(refused);
    registry.lie = (_, response) => {
      response.writeHead(202, { location: `http://${registry.host}/v2/x/blobs/uploads/1` }).end();
      return true;
    };
    const nothing = (async function* (): AsyncGenerator<Uint8Array> {})();
    await expect(opened.uploadBlob('x', layer, nothing)).rejects.toMatchObject(refused);
    expect(plain.requests).toEqual([]);
  });

  it('is not left because a registry that has an authority does not answer it', async () => {
    const plain = await mockRegistry();
    plain.add('x', image, '1');
    const { ctx } = makeWorld(trusting(plain));
    const opened = await openRegistry(plain.host, ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    expect(plain.requests).toEqual([]);
  });

  it('is taken as it is, signed by anybody, for a registry on this machine, as Docker does', async () => {
    const registry = await mockRegistry({ certificates });
    registry.add('x', image, '1');
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    expect(await opened.resolve('x', '1')).toEqual(descriptorOf(image.manifest));
    registry.lie = (request, response) => wantingPassword(request, response);
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    expect(await (await openRegistry(registry.host, ctx)).resolve('x', '1')).not.toBeNull();
  });

  it('stays the only way to a registry that is not on this machine', async () => {
    const asked: string[] = [];
    const network = {
      request: async ({ url }: { url: string }) => {
        asked.push(url);
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    };
    const { ctx } = makeWorld({ network });
    const opened = await openRegistry('registry.test', ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
    expect(asked).toEqual(['https://registry.test/v2/x/manifests/1']);
  });
});

describe('a token', () => {
  it('is asked for once per scope, however many want it, and used until it ends', async () => {
    const registry = await mockRegistry();
    registry.add('x', image, '1');
    registry.add('y', image, '1');
    const tokens = challenging(`${registry.url}/token`);
    registry.lie = (request, response) =>
      request.url.startsWith('/token') ? givingTokens(request, response) : tokens(request, response);
    const { ctx, clock } = makeWorld();
    const opened = await openRegistry(registry.host, ctx, { parallel: 50 });
    const asked = (): number => registry.requests.filter(({ url }) => url.startsWith('/token')).length;
    await Promise.all(Array.from({ length: 20 }, () => opened.resolve('x', '1')));
    expect(asked()).toBe(1);
    await opened.resolve('y', '1');
    expect(asked()).toBe(2);
    clock.advance(50_000);
    await opened.resolve('x', '1');
    expect(asked()).toBe(2);
    clock.advance(10_000);
    await opened.resolve('x', '1');
    expect(asked()).toBe(3);
  });

  it('that is refused before its time is asked for again, once', async () => {
    const registry = await mockRegistry();
    registry.add('x', image, '1');
    let good = 't1';
    let given = 0;
    registry.lie = ({ url, headers }, response) => {
      if (url.startsWith('/token')) response.end(JSON.stringify({ token: good }), () => given++);
      else if (headers.authorization === `Bearer ${good}`) return false;
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${registry.url}/token"` }).end();
      return true;
    };
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    await opened.resolve('x', '1');
    good = 't2';
    await opened.resolve('x', '1');
    expect(given).toBe(2);
    registry.lie = ({ url }, response) => {
      if (url.startsWith('/token')) response.end(JSON.stringify({ token: 'never' }));
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${registry.url}/token"` }).end();
      return true;
    };
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_DENIED' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no token', '{}'],
    ['a number', '{"token": 7}'],
    ['another header', JSON.stringify({ token: 'a\r\nx-evil: yes' })],
    ['too much', JSON.stringify({ token: 'x'.repeat(1024 * 1024) })],
  ])('is not %s', async (_, answer) => {
    const registry = await mockRegistry();
    const tokens = challenging(`${registry.url}/token`);
    registry.lie = (request, response) => {
      if (!request.url.startsWith('/token')) return tokens(request, response);
      response.end(answer);
      return true;
    };
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_PROTOCOL',
      message: `"${registry.host}" answered something that is no token`,
    });
  });

  it('is fetched with an identity token by POST, which no address shows', async () => {
    const registry = await mockRegistry();
    registry.add('x', image, '1');
    const tokens = challenging(`${registry.url}/token`);
    registry.lie = (request, response) =>
      request.url.startsWith('/token') ? givingTokens(request, response) : tokens(request, response);
    const { ctx } = makeWorld({ logins: { [registry.host]: { identitytoken: 'id s3cret' } } });
    await (await openRegistry(registry.host, ctx)).resolve('x', '1');
    const [asked] = registry.requests.filter(({ url }) => url.startsWith('/token'));
    expect(asked).toMatchObject({ method: 'POST', url: '/token' });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'mcpform',
      service: 'mock',
      scope: 'repository:x:pull',
      refresh_token: 'id s3cret',
    });
  });
});

describe('a password', () => {
  it('goes out only after the registry asked for it, and then with every request', async () => {
    const registry = await mockRegistry();
    registry.add('x', image, '1');
    registry.add('y', image, '1');
    registry.lie = wantingPassword;
    const { ctx } = makeWorld({ logins: { [registry.host]: login } });
    const opened = await openRegistry(registry.host, ctx);
    await opened.resolve('x', '1');
    await opened.resolve('y', '1');
    expect(registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, basic]);
  });

  it('is not asked for in a way that nobody here knows', async () => {
    const registry = await mockRegistry();
    registry.lie = (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
      return true;
    };
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    await expect(opened.resolve('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_PROTOCOL' });
  });
});

describe('an upload', () => {
  it('sends its bytes with their length, to the place with its own parameters', async () => {
    const registry = await mockRegistry();
    const blob = content('application/octet-stream', 'bytes of a blob');
    registry.lie = ({ method }, response) => {
      if (method === 'POST')
        response.writeHead(202, { location: '/v2/x/blobs/uploads/7?_state=a%2Bb' }).end();
      else response.writeHead(201).end();
      return true;
    };
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    const bytes = (async function* () {
      yield blob.bytes.subarray(0, 3);
      yield blob.bytes.subarray(3);
    })();
    await opened.uploadBlob('x', blob, bytes);
    const put = registry.requests.at(-1);
    expect(put).toMatchObject({ method: 'PUT', body: 'bytes of a blob' });
    expect(put?.headers).toMatchObject({
      'content-length': '15',
      'content-type': 'application/octet-stream',
    });
    const { searchParams } = new URL(put?.url ?? '', registry.url);
    expect(Object.fromEntries(searchParams)).toEqual({ _state: 'a+b', digest: blob.digest });
  });
});
