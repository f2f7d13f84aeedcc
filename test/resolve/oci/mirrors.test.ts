import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../src/model/registry.ts';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { makeImage, type TestImage } from '../../support/registry-images.ts';
import type { Lie, MockRegistry } from '../../support/registry-mock.ts';
import { answering } from './lies.ts';
import { collect, makeWorld, mockRegistry, type WorldOptions } from './world.ts';

const image = makeImage();
const other = makeImage({ seed: 'other' });
const { config, manifest } = image;

interface Mirrored {
  readonly origin: MockRegistry;
  readonly mirrors: readonly [MockRegistry, MockRegistry];
  readonly registry: Registry;
  readonly asked: () => readonly string[];
}

/** An origin with two mirrors, each with what it is given. */
async function mirrored(
  images: { readonly origin?: TestImage; readonly first?: TestImage; readonly second?: TestImage },
  entry: object = {},
  options: WorldOptions = {},
): Promise<Mirrored> {
  const [origin, first, second] = [await mockRegistry(), await mockRegistry(), await mockRegistry()];
  const all = { origin, first, second };
  for (const [name, mock] of Object.entries(all)) {
    const has = images[name as keyof typeof images];
    if (has !== undefined) mock.add('x', has, '1');
  }
  const registries = { [origin.host]: { mirrors: [first.url, `${second.url}/`], ...entry } };
  const { ctx } = makeWorld({ registries, ...options });
  const asked = (): readonly string[] =>
    Object.entries(all).flatMap(([name, { requests }]) =>
      requests.filter(({ url }) => url !== '/v2/').map(({ method }) => `${name} ${method}`),
    );
  return { origin, mirrors: [first, second], registry: await openRegistry(origin.host, ctx), asked };
}

describe('mirrors', () => {
  it('are asked for content by its digest, in order, before the registry', async () => {
    const { registry, asked } = await mirrored({ origin: image, second: image });
    expect((await registry.manifest('x', manifest.digest)).digest).toBe(manifest.digest);
    expect(asked()).toEqual(['first GET', 'second GET']);
    expect((await collect(registry.streamBlob('x', config))).equals(config.bytes)).toBe(true);
    expect((await registry.blob('x', config.digest, 10_000)).length).toBe(config.size);
    expect(asked()).not.toContain('origin GET');
  });

  it('are not believed what a tag stands for', async () => {
    const { registry, asked } = await mirrored({ origin: image, first: other, second: other });
    expect((await registry.resolve('x', '1'))?.digest).toBe(manifest.digest);
    expect((await registry.manifest('x', '1')).digest).toBe(manifest.digest);
    await registry.tags('x');
    await registry.referrers('x', manifest.digest);
    expect(asked().filter((each) => !each.startsWith('origin'))).toEqual([]);
  });

  it('are believed it where the machine is configured so, and the registry when they do not know', async () => {
    const { registry, asked, mirrors } = await mirrored({ second: image }, { mirrorTags: true });
    expect((await registry.resolve('x', '1'))?.digest).toBe(manifest.digest);
    expect(asked()).toEqual(['first HEAD', 'second HEAD']);
    expect(await registry.tags('x')).toEqual(['1']);
    mirrors[1].lie = answering(404);
    expect(await registry.resolve('x', '1')).toBeNull();
    expect(asked()).toContain('origin HEAD');
  });

  it('that lie are found out, passed over, and not asked again', async () => {
    const { registry, mirrors, origin } = await mirrored({ origin: image });
    mirrors[0].lie = (_, response) => {
      response.writeHead(200, { 'content-type': manifest.mediaType }).end(other.manifest.bytes);
      return true;
    };
    expect((await registry.manifest('x', manifest.digest)).digest).toBe(manifest.digest);
    expect((await registry.manifest('x', manifest.digest)).digest).toBe(manifest.digest);
    const asked = (mock: MockRegistry): number => mock.requests.length;
    expect([asked(mirrors[0]), asked(mirrors[1]), asked(origin)]).toEqual([1, 2, 2]);
  });

  it.each([401, 403, 418, 503])('that answer %d are passed over, and not asked again', async (status) => {
    const { registry, mirrors } = await mirrored({ origin: image, second: image });
    mirrors[0].lie = answering(status);
    await registry.manifest('x', manifest.digest);
    const { length } = mirrors[0].requests;
    await registry.blob('x', config.digest, 10_000);
    expect(mirrors[0].requests).toHaveLength(length);
  });

  it('that are down are passed over, and the failure of the registry itself is what is told', async () => {
    const { registry, mirrors, origin } = await mirrored({});
    await Promise.all([...mirrors, origin].map((mock) => mock.close()));
    await expect(registry.manifest('x', manifest.digest)).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: expect.stringContaining(`"${origin.host}"`),
    });
  });

  it('that break off inside a blob fail for the reader, who has had bytes already', async () => {
    const { registry, mirrors } = await mirrored({ origin: image, first: image });
    mirrors[0].lie = (_, response) => {
      response.writeHead(200, { 'content-length': String(config.size) });
      response.write(config.bytes.subarray(0, 5), () => setImmediate(() => response.destroy()));
      return true;
    };
    await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
    });
  });

  it('get their own credentials and not those of the registry', async () => {
    const wanting: Lie = ({ headers }, response) => {
      if (headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    const mirror = await mockRegistry();
    const origin = await mockRegistry();
    for (const mock of [mirror, origin]) {
      mock.add('x', image, '1');
      mock.lie = wanting;
    }
    const registries = { [origin.host]: { mirrors: [mirror.url] } };
    const { ctx } = makeWorld({ registries, logins: { [origin.host]: 'ann:origin' } });
    const registry = await openRegistry(origin.host, ctx);
    await registry.manifest('x', manifest.digest);
    expect(mirror.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    const both = makeWorld({
      registries,
      logins: { [origin.host]: 'ann:origin', [mirror.host]: 'ann:mirror' },
    });
    await (await openRegistry(origin.host, both.ctx)).manifest('x', manifest.digest);
    expect(mirror.requests.at(-1)?.headers.authorization).toBe(`Basic ${btoa('ann:mirror')}`);
  });

  it('are never written to', async () => {
    const { registry, asked, origin } = await mirrored({}, { mirrorTags: true });
    origin.lie = ({ method }, response) => {
      response.writeHead(method === 'POST' ? 202 : 201, { location: '/v2/x/blobs/uploads/1' }).end();
      return true;
    };
    const bytes = (async function* () {
      yield config.bytes;
    })();
    await registry.uploadBlob('x', config, bytes);
    await registry.mountBlob('x', config.digest, 'y');
    await registry.putManifest('x', '2', manifest);
    expect(new Set(asked().map((each) => each.split(' ')[0]))).toEqual(new Set(['origin']));
  });
});
