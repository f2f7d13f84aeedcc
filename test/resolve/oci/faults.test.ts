import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../src/model/registry.ts';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { realNetwork } from '../../../src/system/http/real-network.ts';
import { type Content, content, descriptorOf, makeImage, makeIndex } from '../../support/registry-images.ts';
import type { Lie, MockRegistry } from '../../support/registry-mock.ts';
import { collect, makeWorld, mockRegistry, type World } from './world.ts';

const image = makeImage();
const { manifest, config } = image;

async function world(
  lie: Lie | null,
  given: World = makeWorld(),
): Promise<World & { mock: MockRegistry; registry: Registry }> {
  const mock = await mockRegistry();
  mock.add('x', image, '1');
  mock.lie = lie;
  return { ...given, mock, registry: await openRegistry(mock.host, given.ctx) };
}

/** Answers so the first times. */
const first = (times: number, lie: Lie): Lie => {
  let left = times;
  return (request, response) => (left-- > 0 ? lie(request, response) : false);
};

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Lie =>
  (_, response) => {
    response.writeHead(code, headers).end('busy');
    return true;
  };

const sending =
  (bytes: Uint8Array, headers: Readonly<Record<string, string>>): Lie =>
  ({ method }, response) => {
    response.writeHead(200, headers).end(method === 'HEAD' ? undefined : bytes);
    return true;
  };

describe('a registry that is busy', () => {
  it('is left alone for as long as it asks, in seconds or until a date', async () => {
    const { registry, sleeps, clock, ctx } = await world(first(1, status(429, { 'retry-after': '7' })));
    expect(await registry.resolve('x', '1')).toEqual(descriptorOf(manifest));
    expect(sleeps).toEqual([7000]);
    const date = new Date(clock.now() + 20_000).toUTCString();
    const other = await world(first(1, status(503, { 'retry-after': date })), { ctx, clock, sleeps });
    await other.registry.manifest('x', '1');
    expect(sleeps).toEqual([7000, 20_000]);
  });

  it('is not waited for longer than a minute, and not for ever', async () => {
    const { registry, sleeps, mock } = await world(status(429, { 'retry-after': '86400' }));
    await expect(registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: `"${mock.host}" answered 429 5 times`,
    });
    expect(sleeps).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(mock.requests).toHaveLength(5);
  });

  it.each([500, 502, 503, 504, 408])('with %d is asked again, each time later', async (code) => {
    const { registry, sleeps } = await world(first(3, status(code)));
    expect((await registry.manifest('x', '1')).digest).toBe(manifest.digest);
    expect(sleeps).toHaveLength(3);
    for (const [index, pause] of sleeps.entries()) {
      expect(pause).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(500 * 2 ** index);
    }
  });

  it('is not asked again for what will not change', async () => {
    for (const code of [400, 403, 404, 405, 418]) {
      const { registry, sleeps } = await world(status(code));
      await expect(registry.manifest('x', '1')).rejects.toMatchObject({
        code: code === 404 ? 'RESOLVE_NOT_FOUND' : code === 403 ? 'RESOLVE_DENIED' : 'RESOLVE_PROTOCOL',
      });
      expect(sleeps).toEqual([]);
    }
  });

  it('stops being waited for when the run ends', async () => {
    const given = makeWorld();
    given.clock.holdsSleepers = true;
    const stop = new AbortController();
    const ctx = { ...given.ctx, signal: stop.signal };
    let told: () => void = () => undefined;
    const asked = new Promise<void>((done) => {
      told = done;
    });
    const { registry } = await world(
      (request, response) => {
        told();
        return status(503)(request, response);
      },
      { ...given, ctx },
    );
    const waiting = registry.resolve('x', '1');
    await asked;
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a connection that fails', () => {
  it('is made again when it breaks, before the answer or inside it', async () => {
    const breaking: Lie = (_, response) => {
      response.destroy();
      return true;
    };
    const before = await world(first(2, breaking));
    expect(await before.registry.resolve('x', '1')).not.toBeNull();
    const inside: Lie = (_, response) => {
      response.writeHead(200, { 'content-length': '1000', 'content-type': manifest.mediaType });
      response.write('{', () => response.destroy());
      return true;
    };
    const half = await world(first(1, inside));
    expect((await half.registry.manifest('x', '1')).digest).toBe(manifest.digest);
    const always = await world(breaking);
    await expect(always.registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: `"${always.mock.host}" could not be reached 3 times (ECONNRESET)`,
    });
  });

  it('ends when the registry hangs: with the headers, and inside the body', async () => {
    const network = realNetwork({});
    const impatient = {
      request: (request: Parameters<typeof network.request>[0]) =>
        network.request({ ...request, timeoutMs: 100 }),
    };
    const hang: Lie = () => true;
    const slow = await world(hang, makeWorld({ network: impatient }));
    const tooLong = { code: 'RESOLVE_UNAVAILABLE', message: `"${slow.mock.host}" took too long 2 times` };
    await expect(slow.registry.resolve('x', '1')).rejects.toMatchObject(tooLong);
    slow.mock.lie = (_, response) => {
      response.writeHead(200, { 'content-type': manifest.mediaType }).write('{');
      return true;
    };
    await expect(slow.registry.manifest('x', '1')).rejects.toMatchObject(tooLong);
    await expect(collect(slow.registry.streamBlob('x', config))).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
    });
  });

  it('is not tried again where nobody listens', async () => {
    const { mock, registry, sleeps } = await world(null);
    await mock.close();
    await expect(registry.resolve('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: `"${mock.host}" could not be reached (ECONNREFUSED)`,
    });
    expect(sleeps).toEqual([]);
  });
});

describe('a registry that lies', () => {
  const typed = { 'content-type': manifest.mediaType };
  const lied = content('x', 'something else').digest;
  const other = makeImage({ seed: 'other' });

  it('about the digest of what a tag stands for, is told so with both', async () => {
    const { registry } = await world(sending(manifest.bytes, { ...typed, 'docker-content-digest': lied }));
    await expect(registry.manifest('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: `"x:1" should be ${lied} and is ${manifest.digest}`,
    });
  });

  it('about what a digest stands for, is not believed, whatever its header says', async () => {
    for (const claimed of [manifest.digest, other.manifest.digest]) {
      const { registry } = await world(
        sending(other.manifest.bytes, { ...typed, 'docker-content-digest': claimed }),
      );
      await expect(registry.manifest('x', manifest.digest)).rejects.toMatchObject({
        code: 'RESOLVE_INTEGRITY',
        message: expect.stringContaining(`should be ${manifest.digest} and is ${other.manifest.digest}`),
      });
    }
    const { registry } = await world(
      sending(manifest.bytes, { ...typed, 'content-length': '9', 'docker-content-digest': lied }),
    );
    await expect(registry.resolve('x', manifest.digest)).rejects.toMatchObject({ code: 'RESOLVE_INTEGRITY' });
  });

  it('with a blob of other bytes, is refused: whole, and at the end of a stream', async () => {
    const wrong = Buffer.from(config.bytes).fill('x');
    const { registry } = await world(sending(wrong, {}));
    const refused = { code: 'RESOLVE_INTEGRITY', message: expect.stringContaining(config.digest) };
    await expect(registry.blob('x', config.digest, 10_000)).rejects.toMatchObject(refused);
    await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject(refused);
  });

  it('with a body that ends too soon, is refused', async () => {
    const { registry } = await world(sending(config.bytes.subarray(0, 10), {}));
    await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
    await expect(registry.manifest('x', manifest.digest)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
  });

  it('with a bigger body than promised, is refused at the first byte too many, said or unsaid', async () => {
    const more = Buffer.concat([config.bytes, Buffer.from('more')]);
    for (const headers of [{}, { 'content-length': String(more.length) }]) {
      const { registry } = await world(sending(more, headers));
      const tooBig = { code: 'RESOLVE_TOO_BIG' };
      await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject(tooBig);
      await expect(registry.blob('x', config.digest, config.size)).rejects.toMatchObject(tooBig);
    }
    const endless: Lie = (_, response) => {
      response.writeHead(200, typed);
      const feed = (): void => {
        while (response.write(Buffer.alloc(65_536, ' ')));
      };
      response.on('drain', feed);
      feed();
      return true;
    };
    const { registry } = await world(endless);
    await expect(registry.manifest('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_TOO_BIG' });
    await expect(registry.tags('x')).rejects.toMatchObject({ code: 'RESOLVE_TOO_BIG' });
    await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject({
      code: 'RESOLVE_TOO_BIG',
    });
  });

  it('about what it stored, is told so', async () => {
    const created: Lie = (_, response) => {
      response.writeHead(201, { 'docker-content-digest': lied }).end();
      return true;
    };
    const { registry } = await world(created);
    await expect(registry.putManifest('x', '1', manifest)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
  });
});

describe('what a manifest is', () => {
  it('is asked for in all four types, without which the answer would be another', async () => {
    const { registry, mock } = await world(null);
    for (const kind of ['oci', 'docker'] as const) {
      const index = makeIndex({ kind, seed: kind });
      mock.add('x', index, `index-${kind}`);
      const single = makeImage({ kind, seed: kind });
      mock.add('x', single, `single-${kind}`);
      expect(await registry.resolve('x', `index-${kind}`)).toEqual(descriptorOf(index.index));
      expect(await registry.resolve('x', `single-${kind}`)).toEqual(descriptorOf(single.manifest));
      expect((await registry.manifest('x', `index-${kind}`)).digest).toBe(index.index.digest);
    }
    const accepted = new Set(
      mock.requests.filter(({ url }) => url.includes('manifests')).map(({ headers }) => headers.accept),
    );
    expect([...accepted]).toEqual([
      [
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ].join(', '),
    ]);
  });

  it('may be hashed from the bytes when HEAD does not say: no digest, no length, another hash', async () => {
    const sha512 = `sha512:${createHash('sha512').update(manifest.bytes).digest('hex')}`;
    const length = String(manifest.size);
    for (const headers of [
      { 'content-length': length },
      { 'docker-content-digest': sha512, 'content-length': length },
    ]) {
      const { registry, mock } = await world(({ method, url }, response) => {
        if (!url.includes('manifests')) return false;
        response.writeHead(200, { 'content-type': manifest.mediaType, ...headers });
        response.end(method === 'HEAD' ? undefined : manifest.bytes);
        return true;
      });
      expect(await registry.resolve('x', '1')).toEqual(descriptorOf(manifest));
      expect(mock.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
    }
  });

  const mixed = (value: object, mediaType = manifest.mediaType): Content => content(mediaType, value);
  const index = makeIndex().index;
  it.each<[string, Content]>([
    [
      'of the old kind',
      content('application/vnd.docker.distribution.manifest.v1+prettyjws', '{"schemaVersion":1}'),
    ],
    ['a web page', content('text/html', '<html>')],
    ['no JSON', content(manifest.mediaType, 'hello')],
    ['a list', content(manifest.mediaType, '[]')],
    ['nothing', content(manifest.mediaType, '{}')],
    ['an index that is called a manifest', { ...index, mediaType: manifest.mediaType }],
    ['both', mixed({ manifests: [], layers: [], config: {} })],
    [
      'both, by its own name',
      mixed({ mediaType: manifest.mediaType, manifests: [], layers: [], config: {} }),
    ],
    ['an index without a name that is called a manifest', mixed({ manifests: [] })],
  ])('is not %s', async (_, sent) => {
    const { registry } = await world(
      sending(sent.bytes, {
        'content-type': sent.mediaType,
        'docker-content-digest': sent.digest,
        'content-length': String(sent.size),
      }),
    );
    await expect(registry.manifest('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_PROTOCOL' });
  });

  it('may leave its type to the header', async () => {
    const nameless = content('application/vnd.oci.image.index.v1+json', { schemaVersion: 2, manifests: [] });
    const { registry, mock } = await world(null);
    mock.addManifest('x', nameless, 'nameless');
    const { mediaType, digest } = nameless;
    expect(await registry.manifest('x', 'nameless')).toMatchObject({ mediaType, digest });
  });
});

describe('lists', () => {
  it('of tags go on where the registry says', async () => {
    const { registry, mock } = await world(({ url }, response) => {
      const last = Number(new URL(url, 'http://x').searchParams.get('last') ?? 0);
      if (last < 3) response.setHeader('link', `</v2/x/tags/list?last=${last + 1}>; rel="next"`);
      response.end(JSON.stringify({ tags: [`t${last}`, 7] }));
      return true;
    });
    expect(await registry.tags('x')).toEqual(['t0', 't1', 't2', 't3']);
    expect(mock.requests).toHaveLength(4);
  });

  it('that never end are given up', async () => {
    const { registry } = await world((_, response) => {
      response.setHeader('link', '</v2/x/tags/list?more>; rel="next"').end('{"tags":["t"]}');
      return true;
    });
    await expect(registry.tags('x')).rejects.toMatchObject({ code: 'RESOLVE_PROTOCOL' });
  });

  it('of referrers come from the API, page by page, without those nobody could ask for', async () => {
    const good = { ...descriptorOf(manifest), artifactType: 'application/vnd.test', annotations: { a: 'b' } };
    const { registry } = await world(({ url }, response) => {
      if (!url.includes('/referrers/')) return false;
      const isFirst = !url.includes('?');
      if (isFirst) response.setHeader('link', `<${url}?page=2>; rel="next"`);
      response.setHeader('content-type', 'application/vnd.oci.image.index.v1+json');
      const bad = [{ ...good, digest: 'sha256:../../x' }, { ...good, size: -1 }, null, 'x'];
      response.end(JSON.stringify({ manifests: isFirst ? [good, ...bad] : [good] }));
      return true;
    });
    expect(await registry.referrers('x', manifest.digest)).toEqual([good, good]);
  });

  it.each([404, 400, 405, 406, 303])(
    'of referrers come from the tag where the API answers %d',
    async (code) => {
      const mediaType = 'application/vnd.oci.image.index.v1+json';
      const list = content(mediaType, { schemaVersion: 2, mediaType, manifests: [descriptorOf(config)] });
      const { registry, mock } = await world(({ url }, response) => {
        if (!url.includes('/referrers/')) return false;
        response.writeHead(code).end();
        return true;
      });
      expect(await registry.referrers('x', manifest.digest)).toEqual([]);
      mock.addManifest('x', list, manifest.digest.replace(':', '-'));
      expect(await registry.referrers('x', manifest.digest)).toEqual([descriptorOf(config)]);
    },
  );

  it('of referrers are not taken from a web page', async () => {
    const { registry } = await world(({ url }, response) => {
      if (!url.includes('/referrers/')) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    });
    expect(await registry.referrers('x', manifest.digest)).toEqual([]);
  });
});

describe('a name that has not passed the manifest', () => {
  it.each(['../x', 'x/../y', 'x?y', 'x#y', '', 'X', 'x//y', '/x'])(
    'is no repository: %j',
    async (repository) => {
      const { registry, mock } = await world(null);
      const asked = Promise.resolve().then(() => registry.resolve(repository, '1'));
      await expect(asked).rejects.toThrow('is no repository');
      expect(mock.requests).toEqual([]);
    },
  );

  it.each(['..', 'a/b', 'a?b', '', 'sha256:abc', '-x'])('is no reference: %j', async (reference) => {
    const { registry, mock } = await world(null);
    const asked = Promise.resolve().then(() => registry.resolve('x', reference));
    await expect(asked).rejects.toThrow('is no tag');
    expect(mock.requests).toEqual([]);
  });
});
