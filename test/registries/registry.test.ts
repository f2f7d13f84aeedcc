import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/model/registry.ts';
import { openRegistry } from '../../src/resolve/oci/open-registry.ts';
import { type RealRegistry, type RegistryMode, startRegistry } from '../support/registry.ts';
import { type HomeOptions, type RegistryHome, registryHome } from '../support/registry-home.ts';
import {
  content,
  deleteManifest,
  descriptorOf,
  makeImage,
  makeIndex,
  pushImage,
  pushIndex,
  putManifest,
  type TestIndex,
} from '../support/registry-images.ts';

const homes: RegistryHome[] = [];
afterEach(async () => {
  await Promise.all(homes.splice(0).map((home) => home.remove()));
});

async function open({ host }: RealRegistry, options: HomeOptions): Promise<Registry> {
  const home = await registryHome(options);
  homes.push(home);
  return openRegistry(host, home.newRun());
}

async function* piecesOf(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe.each<RegistryMode>(['plain', 'basic', 'tls', 'token'])('a real registry, %s', (mode) => {
  let server: RealRegistry;
  const index: TestIndex = makeIndex();
  const single = makeImage({ seed: 'single', kind: 'docker' });
  const access = (): HomeOptions => ({
    logins: server.credentials === null ? [] : [{ registry: server }],
    trusted: server.certificates === null ? [] : [server],
  });
  beforeAll(async () => {
    server = await startRegistry(mode);
    await pushIndex(server, 'pub/tool', index, '1.0');
    await pushImage(server, 'private/tool', single, '2.0');
  });
  afterAll(() => server.stop());

  it('says what a tag stands for: the index, or the one manifest', async () => {
    const registry = await open(server, access());
    expect(await registry.resolve('pub/tool', '1.0')).toEqual(descriptorOf(index.index));
    expect(await registry.resolve('private/tool', '2.0')).toEqual(descriptorOf(single.manifest));
    const { digest } = index.index;
    expect(await registry.resolve('pub/tool', digest)).toEqual(descriptorOf(index.index));
  });

  it('has no manifest that nobody pushed, and none that was deleted', async () => {
    const registry = await open(server, access());
    expect(await registry.resolve('pub/tool', '9.9')).toBeNull();
    expect(await registry.resolve('pub/nothing', '1.0')).toBeNull();
    await expect(registry.manifest('pub/tool', '9.9')).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
      message: `"${server.host}" has no "pub/tool:9.9"`,
    });
    const doomed = makeImage({ seed: 'doomed' });
    const digest = await pushImage(server, 'pub/doomed', doomed, '1');
    await deleteManifest(server, 'pub/doomed', digest);
    expect(await registry.resolve('pub/doomed', digest)).toBeNull();
  });

  it('gives manifests and blobs, whole and in pieces, as they were pushed', async () => {
    const registry = await open(server, access());
    const manifest = await registry.manifest('pub/tool', '1.0');
    expect(manifest).toMatchObject({ mediaType: index.index.mediaType, digest: index.index.digest });
    expect(Buffer.from(manifest.bytes).equals(index.index.bytes)).toBe(true);
    const { config } = single;
    expect(
      Buffer.from(await registry.blob('private/tool', config.digest, config.size)).equals(config.bytes),
    ).toBe(true);
    const streamed = await collect(registry.streamBlob('private/tool', config));
    expect(streamed.equals(config.bytes)).toBe(true);
    expect(await registry.hasBlob('private/tool', config.digest)).toBe(true);
    expect(await registry.hasBlob('private/tool', content('x', 'nobody has this').digest)).toBe(false);
  });

  it('lists all tags', async () => {
    const registry = await open(server, access());
    const tags = Array.from({ length: 12 }, (_, at) => `1.${at}`).sort();
    for (const tag of tags) await pushImage(server, 'pub/many', single, tag);
    expect([...(await registry.tags('pub/many'))].sort()).toEqual(tags);
    await expect(registry.tags('pub/nothing')).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
  });

  it('takes blobs and manifests, and mounts blobs across repositories', async () => {
    const registry = await open(server, access());
    const image = makeImage({ seed: `pushed ${mode}` });
    const [first, ...others] = [image.config, ...image.layers];
    await registry.uploadBlob('copies/a', first as never, piecesOf((first as { bytes: Buffer }).bytes));
    for (const blob of others) await registry.uploadBlob('copies/a', blob, piecesOf(blob.bytes));
    await registry.putManifest('copies/a', '1.0', image.manifest);
    expect(await registry.resolve('copies/a', '1.0')).toEqual(descriptorOf(image.manifest));
    for (const { digest } of [image.config, ...image.layers]) {
      expect(await registry.mountBlob('copies/b', digest, 'copies/a')).toBe(true);
    }
    expect(await registry.mountBlob('copies/b', content('x', 'unknown').digest, 'copies/a')).toBe(false);
    await registry.putManifest('copies/b', image.manifest.digest, image.manifest);
    const copied = await registry.manifest('copies/b', image.manifest.digest);
    expect(Buffer.from(copied.bytes).equals(image.manifest.bytes)).toBe(true);
  });

  it('refuses bytes that are not those of the digest', async () => {
    const registry = await open(server, access());
    const blob = content('application/octet-stream', 'the right bytes');
    const wrong = piecesOf(Buffer.from('the wrong bytes'));
    await expect(registry.uploadBlob('copies/a', blob, wrong)).rejects.toMatchObject({
      code: 'RESOLVE_PROTOCOL',
    });
    expect(await registry.hasBlob('copies/a', blob.digest)).toBe(false);
  });

  it('tells what refers to a digest by the tag that older registries have for it', async () => {
    const registry = await open(server, access());
    const { digest } = single.manifest;
    expect(await registry.referrers('private/tool', digest)).toEqual([]);
    const signature = makeImage({ seed: 'signature' });
    const descriptor = {
      ...descriptorOf(signature.manifest),
      artifactType: 'application/vnd.test.signature',
    };
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const list = content(mediaType, { schemaVersion: 2, mediaType, manifests: [descriptor] });
    await pushImage(server, 'private/tool', signature);
    await putManifest(server, 'private/tool', list, digest.replace(':', '-'));
    expect(await registry.referrers('private/tool', digest)).toEqual([descriptor]);
  });
});

describe('who may not', () => {
  it('is told so, and nothing of the password', async () => {
    for (const mode of ['basic', 'token'] as const) {
      const server = await startRegistry(mode);
      try {
        await pushImage(server, 'private/tool', makeImage(), '1.0');
        const nobody = await open(server, {});
        const stranger = await open(server, { logins: [{ registry: server, password: 'wr0ng' }] });
        const denied = (await nobody
          .resolve('private/tool', '1.0')
          .catch((error: unknown) => error)) as Error;
        expect(denied).toMatchObject({
          code: 'RESOLVE_DENIED',
          hint: `log in with \`docker login ${server.host}\``,
        });
        const refused = (await stranger
          .resolve('private/tool', '1.0')
          .catch((error: unknown) => error)) as Error;
        expect(refused).toMatchObject({ code: 'RESOLVE_DENIED' });
        expect(`${refused.stack} ${JSON.stringify(refused)}`).not.toMatch(/wr0ng|bGFi/);
      } finally {
        await server.stop();
      }
    }
  });

  it('may still pull what is public, and push nothing', async () => {
    const server = await startRegistry('token');
    try {
      const image = makeImage();
      await pushImage(server, 'pub/tool', image, '1.0');
      const registry = await open(server, {});
      expect(await registry.resolve('pub/tool', '1.0')).toEqual(descriptorOf(image.manifest));
      await expect(registry.putManifest('pub/tool', '2.0', image.manifest)).rejects.toMatchObject({
        code: 'RESOLVE_DENIED',
      });
    } finally {
      await server.stop();
    }
  });

  it('does not trust an authority that nobody configured', async () => {
    const server = await startRegistry('tls');
    try {
      await pushImage(server, 'pub/tool', makeImage(), '1.0');
      const registry = await open(server, { registries: { [server.host]: { insecure: false } } });
      await expect(registry.resolve('pub/tool', '1.0')).rejects.toMatchObject({
        code: 'RESOLVE_UNAVAILABLE',
        message: `"${server.host}" could not be reached (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
        hint: 'trust its certificate with `ca` in `registries.yaml`, if it is the right one',
      });
    } finally {
      await server.stop();
    }
  });
});

describe('an identity token', () => {
  it('is exchanged for tokens by POST, and only there', async () => {
    const server = await startRegistry('token');
    try {
      const image = makeImage();
      await pushImage(server, 'private/tool', image, '1.0');
      const home = await registryHome({});
      homes.push(home);
      const run = home.newRun();
      const config = JSON.stringify({
        auths: { [server.host]: { identitytoken: server.tokens?.identityToken } },
      });
      await run.system.files.remove(`${home.folder}/.docker/config.json`);
      await run.system.files.create(`${home.folder}/.docker/config.json`, config, {
        mode: 0o600,
        sync: false,
      });
      const registry = await openRegistry(server.host, run);
      expect(await registry.resolve('private/tool', '1.0')).toEqual(descriptorOf(image.manifest));
      await registry.manifest('private/tool', '1.0');
      // One token for both, since both are for the same scope.
      expect(
        server.tokens?.requests.map(({ method, parameters }) => [method, parameters.get('scope')]),
      ).toEqual([['POST', 'repository:private/tool:pull']]);
    } finally {
      await server.stop();
    }
  });
});
