import { describe, expect, it } from 'vitest';
import { content, makeImage } from '../../support/registry-images.ts';
import type { Lie } from '../../support/registry-mock.ts';
import { sending } from './lies.ts';
import { collect, openMock } from './world.ts';

const image = makeImage();
const { manifest, config } = image;

describe('a registry that lies', () => {
  const typed = { 'content-type': manifest.mediaType };
  const lied = content('x', 'something else').digest;
  const other = makeImage({ seed: 'other' });

  it('about the digest of what a tag stands for, is told so with both', async () => {
    const { registry } = await openMock(
      image,
      sending(manifest.bytes, { ...typed, 'docker-content-digest': lied }),
    );
    await expect(registry.manifest('x', '1')).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: `"x:1" should be ${lied} and is ${manifest.digest}`,
    });
  });

  it('about what a digest stands for, is not believed, whatever its header says', async () => {
    for (const claimed of [manifest.digest, other.manifest.digest]) {
      const { registry } = await openMock(
        image,
        sending(other.manifest.bytes, { ...typed, 'docker-content-digest': claimed }),
      );
      await expect(registry.manifest('x', manifest.digest)).rejects.toMatchObject({
        code: 'RESOLVE_INTEGRITY',
        message: expect.stringContaining(`should be ${manifest.digest} and is ${other.manifest.digest}`),
      });
    }
    const { registry } = await openMock(
      image,
      sending(manifest.bytes, { ...typed, 'content-length': '9', 'docker-content-digest': lied }),
    );
    await expect(registry.resolve('x', manifest.digest)).rejects.toMatchObject({ code: 'RESOLVE_INTEGRITY' });
  });

  it('with a blob of other bytes, is refused: whole, and at the end of a stream', async () => {
    const wrong = Buffer.from(config.bytes).fill('x');
    const { registry } = await openMock(image, sending(wrong, {}));
    const refused = { code: 'RESOLVE_INTEGRITY', message: expect.stringContaining(config.digest) };
    await expect(registry.blob('x', config.digest, 10_000)).rejects.toMatchObject(refused);
    await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject(refused);
  });

  it('with a body that ends too soon, is refused', async () => {
    const { registry } = await openMock(image, sending(config.bytes.subarray(0, 10), {}));
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
      const { registry } = await openMock(image, sending(more, headers));
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
    const { registry } = await openMock(image, endless);
    await expect(registry.manifest('x', '1')).rejects.toMatchObject({ code: 'RESOLVE_TOO_BIG' });
    await expect(registry.tags('x')).rejects.toMatchObject({ code: 'RESOLVE_TOO_BIG' });
    await expect(collect(registry.streamBlob('x', config))).rejects.toMatchObject({
      code: 'RESOLVE_TOO_BIG',
    });
  });

  it('with a manifest of more than 4 MiB, is refused, and believed up to there', async () => {
    const { registry, mock } = await openMock(image, null);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const json = JSON.stringify({ mediaType, manifests: [] });
    const largest = content(mediaType, json.padEnd(4 * 1024 * 1024));
    mock.addManifest('x', largest, 'largest');
    mock.addManifest('x', content(mediaType, `${json.padEnd(4 * 1024 * 1024)} `), 'larger');
    expect((await registry.manifest('x', 'largest')).digest).toBe(largest.digest);
    await expect(registry.manifest('x', 'larger')).rejects.toMatchObject({ code: 'RESOLVE_TOO_BIG' });
  });

  it('about what it stored, is told so', async () => {
    const created: Lie = (_, response) => {
      response.writeHead(201, { 'docker-content-digest': lied }).end();
      return true;
    };
    const { registry } = await openMock(image, created);
    await expect(registry.putManifest('x', '1', manifest)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
  });
});

describe('a name that has not passed the manifest', () => {
  it.each(['../x', 'x/../y', 'x?y', 'x#y', '', 'X', 'x//y', '/x'])(
    'is no repository: %j',
    async (repository) => {
      const { registry, mock } = await openMock(image, null);
      const asked = Promise.resolve().then(() => registry.resolve(repository, '1'));
      await expect(asked).rejects.toThrow('is no repository');
      expect(mock.requests).toEqual([]);
    },
  );

  it.each(['..', 'a/b', 'a?b', '', 'sha256:abc', '-x'])('is no reference: %j', async (reference) => {
    const { registry, mock } = await openMock(image, null);
    const asked = Promise.resolve().then(() => registry.resolve('x', reference));
    await expect(asked).rejects.toThrow('is no tag');
    expect(mock.requests).toEqual([]);
  });
});
