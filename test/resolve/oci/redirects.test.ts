import { describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { makeImage } from '../../support/registry-images.ts';
import type { MockRegistry } from '../../support/registry-mock.ts';
import { basic, credentialsIn, login, redirecting, wantingPassword } from './lies.ts';
import { collect, makeWorld, mockRegistry, type WorldOptions } from './world.ts';

const image = makeImage();
const { layers } = image;
const layer = layers[0] as (typeof layers)[number];

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
