import { describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/resolve/oci/open-registry.ts';
import { platformsOf } from '../../../src/resolve/oci/platforms.ts';
import { folders } from '../../state/machine.ts';
import { AMD64, ARM64, content, descriptorOf, makeImage, makeIndex } from '../../support/registry-images.ts';
import { makeWorld, mockRegistry } from './world.ts';

const index = makeIndex();
const folder = `${folders.cache}/oci/sha256`;
const pathOf = (digest: string): string => `${folder}/${digest.slice('sha256:'.length)}`;
const expected = index.images.map(({ platform, manifest, config }) => ({
  platform,
  manifest: manifest.digest,
  config: config.digest,
}));

async function setUp() {
  const mock = await mockRegistry();
  mock.add('x', index, '1');
  const { ctx } = makeWorld();
  const from = { registry: await openRegistry(mock.host, ctx), repository: 'x' };
  return { mock, ctx, from };
}

describe('the platforms of an image', () => {
  it('follow from its digest, and the second time nobody is asked', async () => {
    const { mock, ctx, from } = await setUp();
    expect(await platformsOf(from, index.index.digest, ctx)).toEqual(expected);
    expect(expected.map(({ platform }) => platform)).toEqual([AMD64, ARM64]);
    const { length } = mock.requests;
    expect(await platformsOf(from, index.index.digest, ctx)).toEqual(expected);
    expect(mock.requests).toHaveLength(length);
    expect(await ctx.system.files.list(folder)).toHaveLength(3);
  });

  it('are asked for again when the cache holds something else', async () => {
    const { mock, ctx, from } = await setUp();
    await platformsOf(from, index.index.digest, ctx);
    const path = pathOf(index.index.digest);
    const evil = makeIndex({ seed: 'evil' }).index.bytes;
    await ctx.system.files.remove(path);
    await ctx.system.files.create(path, evil, { mode: 0o600, sync: false });
    mock.requests.length = 0;
    expect(await platformsOf(from, index.index.digest, ctx)).toEqual(expected);
    expect(mock.requests.map(({ url }) => url)).toEqual([`/v2/x/manifests/${index.index.digest}`]);
    expect((await ctx.system.files.read(path)).equals(index.index.bytes)).toBe(true);
  });

  it('are found where nothing can be kept', async () => {
    const { mock } = await setUp();
    const { ctx } = makeWorld({ tree: { [folders.cache]: 'a file' } });
    const from = { registry: await openRegistry(mock.host, ctx), repository: 'x' };
    expect(await platformsOf(from, index.index.digest, ctx)).toEqual(expected);
  });

  it('of a single manifest is what its configuration says', async () => {
    const { mock, ctx, from } = await setUp();
    const single = makeImage({ platform: ARM64, kind: 'docker' });
    mock.add('x', single);
    const { manifest, config } = single;
    expect(await platformsOf(from, manifest.digest, ctx)).toEqual([
      { platform: ARM64, manifest: manifest.digest, config: config.digest },
    ]);
  });

  it('are neither attestations nor indexes inside an index', async () => {
    const { mock, ctx, from } = await setUp();
    const [image] = index.images;
    if (image === undefined) throw new Error('no image');
    const mediaType = index.index.mediaType;
    const attestation = {
      ...descriptorOf(image.manifest),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const manifests = [
      { ...descriptorOf(image.manifest), platform: AMD64 },
      attestation,
      descriptorOf(index.index),
    ];
    const mixed = content(mediaType, { schemaVersion: 2, mediaType, manifests });
    mock.addManifest('x', mixed);
    expect(await platformsOf(from, mixed.digest, ctx)).toEqual([expected[0]]);
  });
});
