import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImagePin } from '../../src/model/lock.ts';
import type { Descriptor, Registry } from '../../src/model/registry.ts';
import type { ResolveRequest } from '../../src/model/resolver.ts';
import { openRegistry } from '../../src/resolve/oci/open-registry.ts';
import { parseManifest } from '../../src/resolve/oci/parse-descriptors.ts';
import { platformsOf } from '../../src/resolve/oci/platforms.ts';
import { ociResolver } from '../../src/resolve/oci/resolver.ts';
import { realContext } from '../support/real-context.ts';
import { type RealRegistry, type RegistryMode, startRegistry } from '../support/registry.ts';
import { type RegistryHome, registryHome } from '../support/registry-home.ts';
import { AMD64, ARM64, makeImage, makeIndex, pushImage, pushIndex } from '../support/registry-images.ts';

const older = makeIndex({ seed: 'older', created: '2025-06-01T00:00:00Z' });
const newer = makeIndex({ seed: 'newer', created: '2025-07-01T00:00:00Z', kind: 'docker' });
const single = makeImage({ seed: 'single' });

const request = (image: string, current: ImagePin | null = null): ResolveRequest<ImagePin> => ({
  server: 'tool',
  runtime: { kind: 'image', image },
  current,
  currentTree: null,
  isUpdate: false,
  cooldownMs: 0,
  root: '/w',
});

describe.each<RegistryMode>(['plain', 'basic', 'tls', 'token'])('images of a real registry, %s', (mode) => {
  let server: RealRegistry;
  let home: RegistryHome;
  beforeAll(async () => {
    server = await startRegistry(mode);
    const logins = server.credentials === null ? [] : [{ registry: server }];
    home = await registryHome({ logins, trusted: server.certificates === null ? [] : [server] });
    await pushIndex(server, 'team/tool', older, '1.0.0');
    await pushImage(server, 'team/single', single, 'latest');
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  it('are resolved, kept while their tag moves, and found by --update', async () => {
    const name = `${server.host}/team/tool`;
    const { pin } = await ociResolver.resolve(request(`${name}:1.0.0`), home.newRun());
    expect(pin).toEqual({ kind: 'image', image: `${name}:1.0.0@${older.index.digest}` });
    expect(await ociResolver.check({ server: 'tool', pin, tree: null, root: '/w' }, home.newRun())).toEqual(
      [],
    );
    await pushIndex(server, 'team/tool', newer, '1.0.0');
    const kept = await ociResolver.resolve(request(`${name}:1.0.0`, pin), home.newRun());
    expect(kept).toMatchObject({ pin, findings: [{ code: 'RESOLVE_TAG_MOVED' }] });
    const update = { ...request(`${name}:1.0.0`, pin), isUpdate: true };
    const moved = await ociResolver.resolve(update, home.newRun());
    expect(moved.pin.image).toBe(`${name}:1.0.0@${newer.index.digest}`);
    await pushIndex(server, 'team/tool', newer, '1.1.0');
    const { current, wanted, latest } = await ociResolver.releases(
      request(`${name}:1.0.0`, pin),
      home.newRun(),
    );
    expect([current.publishedAt, wanted?.publishedAt, latest?.version.split('@')[0]]).toEqual([
      '2025-06-01T00:00:00.000Z',
      '2025-07-01T00:00:00.000Z',
      '1.1.0',
    ]);
  });

  it('may be a single manifest, of the latest tag', async () => {
    const name = `${server.host}/team/single`;
    const { pin, findings } = await ociResolver.resolve(request(name), home.newRun());
    expect(pin.image).toBe(`${name}@${single.manifest.digest}`);
    expect(findings).toMatchObject([{ code: 'RESOLVE_TAG_ASSUMED' }]);
  });

  it('that are not there are named', async () => {
    const missing = ociResolver.resolve(request(`${server.host}/team/tool:9.9`), home.newRun());
    await expect(missing).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
      message: `"${server.host}" has no "team/tool:9.9"`,
    });
  });

  it('are for the platforms that they say, and the second time the cache knows', async () => {
    const run = home.newRun();
    const from = { registry: await openRegistry(server.host, run), repository: 'team/tool' };
    const platforms = await platformsOf(from, older.index.digest, run);
    expect(platforms.map(({ platform }) => platform)).toEqual([AMD64, ARM64]);
    expect(platforms.map(({ config }) => config)).toEqual(older.images.map(({ config }) => config.digest));
    const { length } = server.log;
    expect(await platformsOf(from, older.index.digest, run)).toEqual(platforms);
    expect(server.log).toHaveLength(length);
  });
});

describe('an image', () => {
  it('goes from one registry to another with all its platforms, byte for byte', async () => {
    const [from, to] = [await startRegistry('tls'), await startRegistry('token')];
    const home = await registryHome({ logins: [{ registry: to }], trusted: [from] });
    try {
      await pushIndex(from, 'team/tool', older, '1.0.0');
      const run = home.newRun();
      const [source, target] = [await openRegistry(from.host, run), await openRegistry(to.host, run)];
      await copy(source, target, older.index.digest, '1.0.0');
      expect(await target.resolve('mirror/tool', '1.0.0')).toMatchObject({ digest: older.index.digest });
      for (const { manifest, layers } of older.images) {
        const copied = await target.manifest('mirror/tool', manifest.digest);
        expect(Buffer.from(copied.bytes).equals(manifest.bytes)).toBe(true);
        for (const layer of layers) expect(await target.hasBlob('mirror/tool', layer.digest)).toBe(true);
      }
    } finally {
      await home.remove();
      await from.stop();
      await to.stop();
    }
  });

  it('is found with the credentials of a helper, which is started once', async () => {
    const server = await startRegistry('basic');
    const home = await registryHome();
    try {
      await pushImage(server, 'team/single', single, '1');
      const bin = join(home.folder, 'bin');
      const asked = join(home.folder, 'asked');
      await mkdir(bin);
      const script = `#!/bin/sh\n{ echo "$@"; cat; echo; } >>${asked}\necho '${JSON.stringify({
        Username: server.credentials?.username,
        Secret: server.credentials?.password,
      })}'\n`;
      await writeFile(join(bin, 'docker-credential-lab'), script);
      await chmod(join(bin, 'docker-credential-lab'), 0o755);
      const config = JSON.stringify({ credHelpers: { [server.host]: 'lab' } });
      await writeFile(join(home.folder, '.docker/config.json'), config);
      const run = realContext(home, { PATH: `${bin}:${home.env['PATH']}` });
      const name = `${server.host}/team/single`;
      const both = [`${name}:1`, `${name}:1@${single.manifest.digest}`];
      await Promise.all(both.map((image) => ociResolver.resolve(request(image), run)));
      expect((await run.system.files.read(asked)).toString()).toBe(`get\n${server.host}\n`);
    } finally {
      await home.remove();
      await server.stop();
    }
  });
});

/** The least that copies: every manifest of the index with its blobs, then the index. */
async function copy(source: Registry, target: Registry, digest: string, tag: string): Promise<void> {
  const [from, to] = ['team/tool', 'mirror/tool'];
  const top = await source.manifest(from, digest);
  const parts = parseManifest(top);
  const children = parts.kind === 'index' ? parts.manifests : [];
  for (const child of children) {
    const manifest = await source.manifest(from, child.digest);
    const inside = parseManifest(manifest);
    const blobs: readonly Descriptor[] =
      inside.kind === 'manifest' && inside.config !== null ? [inside.config, ...inside.layers] : [];
    for (const blob of blobs) {
      if (!(await target.hasBlob(to, blob.digest))) {
        await target.uploadBlob(to, blob, source.streamBlob(from, blob));
      }
    }
    await target.putManifest(to, child.digest, manifest);
  }
  await target.putManifest(to, tag, top);
}
