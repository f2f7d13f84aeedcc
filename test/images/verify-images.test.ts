import { describe, expect, it } from 'vitest';
import { verifyImages } from '../../src/engine/images/verify-images.ts';
import { McpformError } from '../../src/model/error.ts';
import { limitTo } from '../../src/resolve/oci/limit.ts';
import { type EngineWorld, engineWorld, lockedAs } from './engine.ts';
import { blobOf, FOREIGN_LAYER, type Image, makeImage, makeMultiArch, publish } from './image.ts';

const image = makeMultiArch('x');
const REPOSITORY = 'acme/x';
const LOCK = '/home/ann/tools/mcp.lock.yaml';

async function worldWith(content: Image, tag = '1.0'): Promise<EngineWorld> {
  const world = engineWorld();
  await publish(world.at('ghcr.io'), REPOSITORY, content, tag);
  world.at('ghcr.io').calls.length = 0;
  return world;
}

async function verify({ registries, ctx }: EngineWorld, { digest }: Image, isFull = false, parallel = 3) {
  const look = { isFull, parallel, transfers: limitTo(parallel), onEvent: registries.onEvent };
  const images = lockedAs({ x: `ghcr.io/${REPOSITORY}:1.0@${digest}` });
  const [verified] = await verifyImages(images, { ...registries, look, lockPath: LOCK }, ctx);
  if (verified === undefined) throw new Error('there is no answer');
  return verified;
}

const codes = ({ findings }: Awaited<ReturnType<typeof verify>>): readonly string[] =>
  findings.map(({ code }) => code);

describe.each([
  ['asking whether all is there', false],
  ['hashing every byte', true],
] as const)('verifying an image by %s', (_what, isFull) => {
  it('finds it as locked', async () => {
    const world = await worldWith(image);
    const verified = await verify(world, image, isFull);
    const bytes = [
      ...new Map(image.blobs.map(({ descriptor }) => [descriptor.digest, descriptor.size])).values(),
    ];
    const size = [...bytes, ...image.manifests.map((manifest) => manifest.bytes.length)].reduce(
      (a, b) => a + b,
      0,
    );
    expect(verified).toMatchObject({ result: 'verified', findings: [], signer: null });
    expect(verified.seen).toEqual({ manifests: 4, blobs: 7, bytes: size, elsewhere: 0, tag: image.digest });
    expect(world.at('ghcr.io').writes).toEqual([]);
  });

  it('finds everything that is gone, at once, located in the lock', async () => {
    const world = await worldWith(image);
    const [first, second] = [image.blobs[1]!.descriptor.digest, image.manifests[2]!.digest];
    for (const digest of [first, second]) world.at('ghcr.io').lose(REPOSITORY, digest);
    const verified = await verify(world, image, isFull);
    expect(verified.result).toBe('different');
    expect(codes(verified)).toEqual(['RESOLVE_NOT_FOUND', 'RESOLVE_NOT_FOUND']);
    const said = verified.findings.map(({ message }) => message).join();
    expect(said).toContain(first);
    expect(said).toContain(second);
    expect(verified.findings[0]!.at).toEqual({ file: LOCK, pointer: '/servers/x', part: 'key' });
  });

  it('does not miss a foreign layer, which is elsewhere', async () => {
    const windows = makeImage({ layers: ['own', { ...blobOf('base', FOREIGN_LAYER), isElsewhere: true }] });
    const verified = await verify(await worldWith(windows), windows, isFull);
    expect(verified).toMatchObject({ result: 'verified', findings: [], seen: { elsewhere: 1, blobs: 2 } });
  });

  it.each([
    ['moved', '1.0', 'stands for'],
    ['gone', 'other', 'is gone'],
  ])('tells of a tag that is %s, and is content', async (_how, tag, words) => {
    const world = await worldWith(image, 'other');
    await publish(world.at('ghcr.io'), REPOSITORY, makeImage({ layers: ['new'] }), tag);
    const verified = await verify(world, image, isFull);
    expect(verified.result).toBe('verified');
    expect(verified.findings).toMatchObject([{ code: 'RESOLVE_TAG_MOVED', severity: 'info' }]);
    expect(verified.findings[0]!.message).toContain(words);
  });

  it('cannot tell when the registry does not answer', async () => {
    const world = await worldWith(image);
    world.at('ghcr.io').onCall = ({ n }) => {
      if (n > 3) throw new McpformError('RESOLVE_UNAVAILABLE', 'gone', { hint: 'try again' });
    };
    const verified = await verify(world, image, isFull);
    expect(verified.result).toBe('unknown');
    expect(verified.findings).toMatchObject([{ code: 'RESOLVE_UNAVAILABLE', hint: 'try again' }]);
  });

  it('lets a bug through as what it is', async () => {
    const world = await worldWith(image);
    world.at('ghcr.io').onCall = () => {
      throw new TypeError('a bug');
    };
    await expect(verify(world, image, isFull)).rejects.toThrow(TypeError);
  });
});

describe('verifying an image in full', () => {
  it('finds bytes that are others than their digest says, and goes on with the rest', async () => {
    const world = await worldWith(image);
    for (const at of [1, 5])
      world.at('ghcr.io').spoil(REPOSITORY, image.blobs[at]!.descriptor.digest, Buffer.from('x'));
    const verified = await verify(world, image, true);
    expect(verified.result).toBe('different');
    expect(codes(verified)).toEqual(['RESOLVE_INTEGRITY', 'RESOLVE_INTEGRITY']);
    expect(verified.seen.blobs).toBe(5);
    expect((await verify(world, image)).result).toBe('verified');
  });

  it('reads no more blobs at once than allowed', async () => {
    const many = makeImage({ layers: Array.from({ length: 30 }, (_, at) => `layer ${at}`) });
    const world = await worldWith(many);
    await verify(world, many, true, 3);
    expect(world.at('ghcr.io').most.get('streamBlob')).toBe(3);
  });

  it('says how many bytes there are to hash, and each that was', async () => {
    const world = await worldWith(image);
    await verify(world, image, true);
    const [found] = world.events.filter((event) => event.kind === 'found');
    const moved = world.events.flatMap((event) => (event.kind === 'bytes' ? [event.bytes] : []));
    expect(found).toMatchObject({ bytes: moved.reduce((sum, bytes) => sum + bytes, 0), blobs: 7 });
    expect(world.events.filter((event) => event.kind === 'blob')).toHaveLength(7);
  });
});

it('asks the registry for what it knows from before by HEAD alone', async () => {
  const world = await worldWith(image);
  await verify(world, image);
  world.at('ghcr.io').calls.length = 0;
  await verify(world, image);
  expect(new Set(world.at('ghcr.io').calls.map(({ name }) => name))).toEqual(new Set(['resolve', 'hasBlob']));
});
