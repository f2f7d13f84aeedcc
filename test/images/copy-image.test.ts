import { describe, expect, it } from 'vitest';
import { McpformError } from '../../src/model/error.ts';
import { copy, FROM, openTarget, stored, TO } from './copying.ts';
import {
  blobOf,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  descriptorOf,
  FOREIGN_LAYER,
  type Image,
  makeImage,
  makeIndex,
  makeMultiArch,
  manifestOf,
  OCI_INDEX,
  OCI_MANIFEST,
  publish,
} from './image.ts';
import { RegistryMock } from './registry-mock.ts';

async function sourceWith(image: Image, options = {}): Promise<RegistryMock> {
  const source = new RegistryMock(options);
  await publish(source, FROM, image, '1.2.3');
  source.calls.length = 0;
  return source;
}

const single = makeImage({ layers: ['one', 'two'] });
const multi = makeMultiArch('x');
const docker = makeIndex(
  [
    makeImage({ layers: ['a', 'b'], mediaType: DOCKER_MANIFEST }),
    makeImage({ layers: ['a', 'c'], mediaType: DOCKER_MANIFEST, architecture: 'arm64' }),
  ],
  { mediaType: DOCKER_LIST },
);
const nested = makeIndex([makeMultiArch('y'), single]);
const other = blobOf('a text', 'text/plain');
const strange: Image = (() => {
  const index = manifestOf(OCI_INDEX, { manifests: [descriptorOf(single.manifests[0]!), other.descriptor] });
  return { digest: index.digest, manifests: [...single.manifests, index], blobs: [...single.blobs, other] };
})();
const bare = makeImage({ layers: [] });

describe('a copy', () => {
  it.each([
    ['one manifest', single],
    ['several platforms and an attestation', multi],
    ["Docker's own types", docker],
    ['an index of indexes', nested],
    ['an index that names a blob', strange],
    ['an image without layers', bare],
  ])('of %s is the same, byte for byte, under the same digest and tag', async (_what, image) => {
    const source = await sourceWith(image);
    const target = new RegistryMock();
    const { error, done } = await copy(source, target, image.digest);
    expect(error).toBeUndefined();
    expect(stored(target, TO)).toEqual(stored(source, FROM));
    expect(target.dump(TO).tags).toEqual({ '1.2.3': image.digest });
    expect(done.tag).toBe('set');
    const blobs = new Set(image.blobs.map(({ descriptor }) => descriptor.digest)).size;
    expect(done.blobs).toEqual({ sent: blobs, mounted: 0, there: 0 });
    expect(done.manifests).toEqual({ sent: new Set(image.manifests).size, mounted: 0, there: 0 });
  });

  it('sends blobs, then manifests, each after what it names, the index, and the tag last', async () => {
    const source = await sourceWith(nested);
    const target = new RegistryMock();
    await copy(source, target, nested.digest);
    const names = target.writes.map((write) => write.split(' '));
    const kinds = names.map(([name, , reference]) => (name === 'putManifest' ? reference : name));
    expect(kinds.lastIndexOf('uploadBlob')).toBeLessThan(kinds.findIndex((kind) => kind !== 'uploadBlob'));
    expect(kinds.slice(-2)).toEqual([nested.digest, '1.2.3']);
  });

  it('a second time only asks by HEAD whether all is there', async () => {
    const source = await sourceWith(multi);
    const target = new RegistryMock();
    await copy(source, target, multi.digest);
    target.calls.length = 0;
    const { error, done } = await copy(source, target, multi.digest, { withAttached: false });
    expect(error).toBeUndefined();
    expect(new Set(target.calls.map(({ name }) => name))).toEqual(new Set(['resolve', 'hasBlob']));
    expect(done).toMatchObject({
      tag: 'there',
      manifests: { sent: 0, there: 4 },
      blobs: { sent: 0, there: 7 },
    });
    expect(done.bytes.sent).toBe(0);
  });

  it('counts every byte of blobs and manifests once', async () => {
    const source = await sourceWith(multi);
    const { done, progress } = await copy(source, new RegistryMock(), multi.digest);
    const blobs = new Map(multi.blobs.map(({ descriptor }) => [descriptor.digest, descriptor.size]));
    const ofBlobs = [...blobs.values()].reduce((sum, size) => sum + size, 0);
    const ofManifests = multi.manifests.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(done.bytes).toEqual({ sent: ofBlobs + ofManifests, mounted: 0, there: 0 });
    expect(progress[0]).toEqual({ kind: 'found', blobs: blobs.size, bytes: ofBlobs });
    const moved = progress.flatMap((each) => (each.kind === 'bytes' ? [each.bytes] : []));
    expect(moved.reduce((sum, bytes) => sum + bytes, 0)).toBe(ofBlobs);
  });

  it('without a tag is known by its digest alone', async () => {
    const source = await sourceWith(multi);
    const target = new RegistryMock();
    const { error, done } = await copy(source, target, multi.digest, { tag: null });
    expect(error).toBeUndefined();
    expect(target.dump(TO).tags).toEqual({});
    expect(done.tag).toBeNull();
  });

  it('of what a registry no longer has fails by name and sends nothing', async () => {
    const source = await sourceWith(multi);
    source.lose(FROM, multi.manifests[0]!.digest);
    const target = new RegistryMock();
    const { error } = await copy(source, target, multi.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    expect(target.writes).toEqual([]);
  });

  it('of bytes that are not those of the digest is refused, and the tag is not set', async () => {
    const source = await sourceWith(single);
    source.spoil(FROM, single.blobs[1]!.descriptor.digest, Buffer.from('ONE'));
    const target = new RegistryMock();
    const { error } = await copy(source, target, single.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_INTEGRITY' });
    expect(target.dump(TO)).toMatchObject({ tags: {}, manifests: [] });
    expect(target.dump(TO).blobs).not.toContain(single.blobs[1]!.descriptor.digest);
  });

  it('leaves a foreign layer where it is, when the source does not have it either', async () => {
    const windows = makeImage({ layers: ['own', { ...blobOf('base', FOREIGN_LAYER), isElsewhere: true }] });
    const source = await sourceWith(windows);
    const target = new RegistryMock();
    const { error, done } = await copy(source, target, windows.digest);
    expect(error).toBeUndefined();
    expect(done).toMatchObject({ elsewhere: 1, blobs: { sent: 2 }, tag: 'set' });
    expect(stored(target, TO)).toEqual(stored(source, FROM));
  });

  it('takes a foreign layer along that the source has', async () => {
    const windows = makeImage({ layers: ['own', blobOf('base', FOREIGN_LAYER)] });
    const source = await sourceWith(windows);
    const target = new RegistryMock();
    const { done } = await copy(source, target, windows.digest);
    expect(done).toMatchObject({ elsewhere: 0, blobs: { sent: 3 } });
    expect(stored(target, TO)).toEqual(stored(source, FROM));
  });
});

describe('a tag of the target that stands for something else', () => {
  it('is left alone, and nothing is sent', async () => {
    const source = await sourceWith(multi);
    const target = new RegistryMock();
    await publish(target, TO, single, '1.2.3');
    target.calls.length = 0;
    const { error } = await copy(source, target, multi.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_TAG_TAKEN' });
    expect((error as McpformError).message).toContain(single.digest.slice(0, 19));
    expect(target.writes).toEqual([]);
    expect(target.dump(TO).tags).toEqual({ '1.2.3': single.digest });
  });

  it('is moved when that was asked for', async () => {
    const source = await sourceWith(multi);
    const target = new RegistryMock();
    await publish(target, TO, single, '1.2.3');
    const { error, done } = await copy(source, target, multi.digest, { overwrites: true });
    expect(error).toBeUndefined();
    expect(done.tag).toBe('moved');
    expect(target.dump(TO).tags).toEqual({ '1.2.3': multi.digest });
  });

  it('is left alone also when somebody sets it while we copy', async () => {
    const source = await sourceWith(multi);
    const target = new RegistryMock();
    let isTaken = false;
    target.onCall = async ({ name, reference }) => {
      if (isTaken || name !== 'putManifest' || reference !== multi.digest) return;
      isTaken = true;
      await publish(target, TO, single, '1.2.3');
    };
    const { error } = await copy(source, target, multi.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_TAG_TAKEN' });
    expect(target.dump(TO).tags).toEqual({ '1.2.3': single.digest });
  });
});

describe('blobs that the target registry has elsewhere', () => {
  it('are taken over where the source is the same registry, and no byte passes through this machine', async () => {
    const registry = await sourceWith(multi);
    const { error, done } = await copy(registry, registry, multi.digest, { isSameRegistry: true });
    expect(error).toBeUndefined();
    expect(done.blobs).toEqual({ sent: 0, mounted: 7, there: 0 });
    expect(registry.calls.filter(({ name }) => name === 'streamBlob' || name === 'uploadBlob')).toEqual([]);
    expect(stored(registry, TO)).toEqual(stored(registry, FROM));
  });

  it.each([
    ['will not', { mounts: false }, () => {}],
    [
      'may not be asked',
      {},
      ({ name }: { name: string }) => {
        if (name === 'mountBlob') throw new McpformError('RESOLVE_DENIED', 'no');
      },
    ],
  ] as const)('are sent when the registry %s', async (_what, options, onCall) => {
    const registry = await sourceWith(multi, options);
    registry.onCall = onCall;
    const { error, done } = await copy(registry, registry, multi.digest, { isSameRegistry: true });
    expect(error).toBeUndefined();
    expect(done.blobs).toEqual({ sent: 7, mounted: 0, there: 0 });
    expect(stored(registry, TO)).toEqual(stored(registry, FROM));
  });

  it('are sent once, however many images have them and are copied at the same time', async () => {
    const source = new RegistryMock();
    const images = Array.from({ length: 8 }, (_, at) =>
      makeImage({ layers: ['base', 'more base', `own ${at}`] }),
    );
    for (const [at, image] of images.entries()) await publish(source, `acme/${at}`, image);
    const registry = new RegistryMock();
    const target = openTarget(registry);
    const runs = await Promise.all(
      images.map((image, at) =>
        copy(source, target, image.digest, {
          from: { registry: source, repository: `acme/${at}` },
          to: `mirror/${at}`,
        }),
      ),
    );
    expect(runs.map(({ error }) => error)).toEqual(images.map(() => undefined));
    const uploads = registry.writes.filter((write) => write.startsWith('uploadBlob'));
    expect(uploads).toHaveLength(2 + 2 * images.length);
    expect(runs.map(({ done }) => done.blobs.mounted).sort()).toEqual([0, 2, 2, 2, 2, 2, 2, 2]);
    for (const at of images.keys())
      expect(stored(registry, `mirror/${at}`)).toEqual(stored(source, `acme/${at}`));
  });

  it('are there already for the next image of the same repository', async () => {
    const source = new RegistryMock();
    const images = Array.from({ length: 4 }, (_, at) => makeImage({ layers: ['base', `own ${at}`] }));
    for (const image of images) await publish(source, FROM, image);
    const registry = new RegistryMock();
    const target = openTarget(registry);
    const runs = await Promise.all(
      images.map((image, at) => copy(source, target, image.digest, { tag: `v${at}` })),
    );
    expect(runs.map(({ error }) => error)).toEqual(images.map(() => undefined));
    expect(registry.writes.filter((write) => /^(uploadBlob|mountBlob)/.test(write))).toHaveLength(1 + 2 * 4);
  });
});

describe('at once', () => {
  it('there are no more blobs on their way than allowed, over all images', async () => {
    const source = new RegistryMock();
    const images = Array.from({ length: 10 }, (_, at) =>
      makeImage({ layers: Array.from({ length: 5 }, (_l, layer) => `${at} ${layer}`) }),
    );
    for (const [at, image] of images.entries()) await publish(source, `acme/${at}`, image);
    const registry = new RegistryMock();
    const target = openTarget(registry, { transfers: 3 });
    await Promise.all(
      images.map((image, at) =>
        copy(source, target, image.digest, {
          from: { registry: source, repository: `acme/${at}` },
          to: `to/${at}`,
        }),
      ),
    );
    expect(registry.most.get('uploadBlob')).toBe(3);
    expect(source.most.get('streamBlob')).toBe(3);
    expect(registry.most.get('hasBlob')).toBeLessThanOrEqual(16 * images.length);
  });

  it('no upload begins before its bytes have begun to come', async () => {
    const source = await sourceWith(single);
    source.onCall = ({ name }) => {
      if (name === 'streamBlob') throw new McpformError('RESOLVE_DENIED', 'no');
    };
    const target = new RegistryMock();
    const { error } = await copy(source, target, single.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_DENIED' });
    expect(target.calls.filter(({ name }) => name === 'uploadBlob')).toEqual([]);
  });
});

describe('a dry run', () => {
  it('sends nothing and foretells what the copy then does', async () => {
    const source = await sourceWith(multi);
    const registry = new RegistryMock();
    await publish(registry, TO, makeImage({ layers: ['x base'] }));
    registry.calls.length = 0;
    const foretold = await copy(source, registry, multi.digest, { isDryRun: true });
    expect(foretold.error).toBeUndefined();
    expect(registry.writes).toEqual([]);
    const { done } = await copy(source, registry, multi.digest);
    expect(foretold.done).toEqual(done);
  });
});

describe('a hostile registry', () => {
  const layer = blobOf('layer');
  const config = blobOf('{}');
  it.each([
    ['is an index and an image at once', OCI_INDEX, { manifests: [], layers: [], config: {} }],
    [
      'is an image and an index at once',
      OCI_MANIFEST,
      { manifests: [], layers: [], config: config.descriptor },
    ],
    [
      'names a layer by another hash',
      OCI_MANIFEST,
      { config: config.descriptor, layers: [{ ...layer.descriptor, digest: `sha512:${'0'.repeat(128)}` }] },
    ],
    [
      'names a layer without a size',
      OCI_MANIFEST,
      { config: config.descriptor, layers: [{ ...layer.descriptor, size: -1 }] },
    ],
    ['names nothing', OCI_MANIFEST, {}],
    [
      'names a path for a digest',
      OCI_INDEX,
      { manifests: [{ mediaType: OCI_MANIFEST, size: 1, digest: 'sha256:../../x' }] },
    ],
  ])('whose manifest %s is refused, and nothing is sent', async (_what, mediaType, value) => {
    const manifest = manifestOf(mediaType, value);
    const source = new RegistryMock();
    source.manifest = async () => manifest;
    const target = new RegistryMock();
    const { error } = await copy(source, target, manifest.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_PROTOCOL' });
    expect(target.writes).toEqual([]);
  });

  it.each([
    ['thousands of manifests', 2000, 1],
    ['one manifest inside the other, again and again', 1, 40],
  ])('whose index names %s is refused', async (_what, width, depth) => {
    const source = new RegistryMock();
    const made = new Map<string, ReturnType<typeof manifestOf>>();
    let level = Array.from({ length: width }, (_, at) => manifestOf(OCI_INDEX, { manifests: [], at }));
    for (let at = 0; at < depth; at++) {
      for (const each of level) made.set(each.digest, each);
      level = [manifestOf(OCI_INDEX, { manifests: level.map(descriptorOf) })];
    }
    const [root] = level;
    source.manifest = async (_repository, digest) => (digest === root!.digest ? root! : made.get(digest)!);
    const { error } = await copy(source, new RegistryMock(), root!.digest);
    expect(error).toMatchObject({ code: 'RESOLVE_TOO_BIG' });
  });
});
