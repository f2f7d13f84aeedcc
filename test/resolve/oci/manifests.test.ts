import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Content, content, descriptorOf, makeImage, makeIndex } from '../../support/registry-images.ts';
import { sending } from './lies.ts';
import { openMock } from './world.ts';

const image = makeImage();
const { manifest } = image;

describe('what a manifest is', () => {
  it('is asked for in all four types, without which the answer would be another', async () => {
    const { registry, mock } = await openMock(image, null);
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
      const { registry, mock } = await openMock(image, ({ method, url }, response) => {
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
    ['both, called an index', mixed({ manifests: [], layers: [], config: {} }, index.mediaType)],
    [
      'both, by its own name',
      mixed({ mediaType: manifest.mediaType, manifests: [], layers: [], config: {} }),
    ],
    ['an index without a name that is called a manifest', mixed({ manifests: [] })],
  ])('is not %s', async (_, sent) => {
    const { registry } = await openMock(
      image,
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
    const { registry, mock } = await openMock(image, null);
    mock.addManifest('x', nameless, 'nameless');
    const { mediaType, digest } = nameless;
    expect(await registry.manifest('x', 'nameless')).toMatchObject({ mediaType, digest });
  });
});
