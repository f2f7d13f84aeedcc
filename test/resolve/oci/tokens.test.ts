import { describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { content, makeImage } from '../../support/registry-images.ts';
import { answering, basic, challenging, givingTokens, login, wantingPassword } from './lies.ts';
import { makeWorld, mockRegistry } from './world.ts';

const image = makeImage();
const { config } = image;

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

  it('is what is left when a mount is refused, however that is said', async () => {
    const registry = await mockRegistry();
    const opened = await openRegistry(registry.host, makeWorld().ctx);
    for (const status of [400, 403, 404, 405]) {
      registry.lie = answering(status);
      expect(await opened.mountBlob('x', config.digest, 'y')).toBe(false);
    }
  });
});
