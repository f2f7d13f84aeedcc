import { describe, expect, it } from 'vitest';
import { copyImages, isUnchanged } from '../../src/engine/images/copy-images.ts';
import { McpformError } from '../../src/model/error.ts';
import { engineWorld, lockedAs, requestTo } from './engine.ts';
import { makeImage, makeMultiArch, publish } from './image.ts';

const [one, two, three] = ['one', 'two', 'three'].map((name) => makeMultiArch(name)) as [
  ReturnType<typeof makeMultiArch>,
  ReturnType<typeof makeMultiArch>,
  ReturnType<typeof makeMultiArch>,
];
const MIRROR = 'mirror.example.com';

describe('copying the images of a stack', () => {
  it('brings images of several registries into one, each under its own repository', async () => {
    const { at, registries, ctx, events } = engineWorld();
    await publish(at('ghcr.io'), 'acme/one', one, '1.0');
    await publish(at('docker.io'), 'library/two', two, '2');
    const images = lockedAs({ a: `ghcr.io/acme/one:1.0@${one.digest}`, b: `two:2@${two.digest}` });
    const copied = await copyImages(images, requestTo(`${MIRROR}/team`), registries, ctx);
    expect(copied.map(({ target, error }) => [target, error])).toEqual([
      [`${MIRROR}/team/acme/one:1.0@${one.digest}`, undefined],
      [`${MIRROR}/team/library/two:2@${two.digest}`, undefined],
    ]);
    expect(at(MIRROR).dump('team/library/two').tags).toEqual({ '2': two.digest });
    const finished = events.filter(({ kind }) => kind === 'image.finished');
    expect(finished).toMatchObject([{ result: 'done' }, { result: 'done' }]);
  });

  it('copies an image once that several servers are', async () => {
    const { at, registries, ctx } = engineWorld();
    await publish(at('ghcr.io'), 'acme/one', one, '1.0');
    const pin = `ghcr.io/acme/one:1.0@${one.digest}`;
    const copied = await copyImages(lockedAs({ a: pin, b: pin }), requestTo(MIRROR), registries, ctx);
    expect(copied).toHaveLength(1);
    expect(copied[0]!.image.servers).toEqual(['a', 'b']);
  });

  it('fetches manifests from the source once, and then knows them', async () => {
    const { at, registries, ctx } = engineWorld();
    await publish(at('ghcr.io'), 'acme/one', one, '1.0');
    const images = lockedAs({ a: `ghcr.io/acme/one:1.0@${one.digest}` });
    const request = requestTo(MIRROR, { withSignatures: false });
    await copyImages(images, request, registries, ctx);
    at('ghcr.io').calls.length = 0;
    const [again] = await copyImages(images, request, registries, ctx);
    expect(isUnchanged(again!.done)).toBe(true);
    expect(at('ghcr.io').calls).toEqual([]);
  });

  it('leaves the others alone when one fails, and says what was done of each', async () => {
    const { at, registries, ctx, events } = engineWorld();
    await publish(at('ghcr.io'), 'acme/one', one, '1.0');
    await publish(at('ghcr.io'), 'acme/three', three, '1.0');
    const images = lockedAs({
      a: `ghcr.io/acme/one:1.0@${one.digest}`,
      b: `ghcr.io/acme/two:1.0@${two.digest}`,
      c: `ghcr.io/acme/three:1.0@${three.digest}`,
    });
    const copied = await copyImages(images, requestTo(MIRROR), registries, ctx);
    expect(copied.map(({ error }) => error?.code)).toEqual([undefined, 'RESOLVE_NOT_FOUND', undefined]);
    expect(
      events
        .filter((event) => event.kind === 'image.finished')
        .map(({ result }) => result)
        .sort(),
    ).toEqual(['done', 'done', 'failed']);
  });

  it('lets a bug through as what it is', async () => {
    const { at, registries, ctx } = engineWorld();
    at('ghcr.io').onCall = () => {
      throw new TypeError('a bug');
    };
    const images = lockedAs({ a: `ghcr.io/acme/one:1.0@${one.digest}` });
    await expect(copyImages(images, requestTo(MIRROR), registries, ctx)).rejects.toThrow(TypeError);
  });

  it('refuses two images that would have the same name at the target, before it sends any of them', async () => {
    const { at, registries, ctx } = engineWorld();
    await publish(at('ghcr.io'), 'acme/x', one, '1.0');
    await publish(at('quay.io'), 'acme/x', two, '1.0');
    const images = lockedAs({
      a: `ghcr.io/acme/x:1.0@${one.digest}`,
      b: `quay.io/acme/x:1.0@${two.digest}`,
    });
    const copied = await copyImages(images, requestTo(MIRROR, { overwrites: true }), registries, ctx);
    expect(copied.map(({ error }) => error?.code)).toEqual(['RESOLVE_TAG_TAKEN', 'RESOLVE_TAG_TAKEN']);
    expect(copied[0]!.error?.message).toContain(`quay.io/acme/x:1.0@${two.digest}`);
    expect(at(MIRROR).writes).toEqual([]);
    const byDigest = await copyImages(images, requestTo(MIRROR, { keepsTags: false }), registries, ctx);
    expect(byDigest.map(({ error }) => error)).toEqual([undefined, undefined]);
  });

  it('changes nothing of an image that is at the target itself, also when its tag has moved', async () => {
    const { at, registries, ctx } = engineWorld();
    await publish(at(MIRROR), 'acme/x', one);
    await publish(at(MIRROR), 'acme/x', two, '1.0');
    at(MIRROR).calls.length = 0;
    const images = lockedAs({ a: `${MIRROR}/acme/x:1.0@${one.digest}` });
    const [copied] = await copyImages(images, requestTo(MIRROR, { overwrites: true }), registries, ctx);
    expect(copied?.error).toBeUndefined();
    expect(isUnchanged(copied!.done)).toBe(true);
    expect(at(MIRROR).writes).toEqual([]);
  });

  it('starts nothing more once it was interrupted', async () => {
    const controller = new AbortController();
    const { at, registries, ctx } = engineWorld(controller.signal);
    const images = Array.from({ length: 20 }, (_, n) => makeImage({ layers: [`own ${n}`] }));
    for (const [n, image] of images.entries()) await publish(at('ghcr.io'), `acme/${n}`, image, '1');
    const pins = Object.fromEntries(
      images.map(({ digest }, n) => [`s${n}`, `ghcr.io/acme/${n}:1@${digest}`]),
    );
    at(MIRROR).onCall = ({ name }) => {
      if (name === 'uploadBlob') controller.abort(new McpformError('INTERRUPTED', 'interrupted'));
    };
    const copied = await copyImages(lockedAs(pins), requestTo(MIRROR), registries, ctx);
    expect(copied.every(({ error }) => error?.code === 'INTERRUPTED')).toBe(true);
    const uploads = at(MIRROR).calls.filter(({ name }) => name === 'uploadBlob');
    expect(uploads.length).toBeLessThanOrEqual(6);
    expect(at(MIRROR).calls.some(({ name }) => name === 'putManifest')).toBe(false);
  });
});
