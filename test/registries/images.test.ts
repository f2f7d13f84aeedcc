import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CopiedImage, ImagesCopy } from '../../src/report/images-copy.ts';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  type Image,
  makeImage,
  makeIndex,
  makeMultiArch,
  publish,
} from '../images/image.ts';
import { holds, type RealStage, realStage } from '../images/real-stage.ts';
import { attachTo, signatureTag } from '../images/signatures.ts';
import { type RealRegistry, type RegistryMode, startRegistry } from '../support/registry.ts';

const multi = makeMultiArch('everything');
const single = makeImage({ layers: ['one', 'two', 'three'], mediaType: DOCKER_MANIFEST });
const docker = makeIndex(
  [
    makeImage({ layers: ['shared', 'a'], mediaType: DOCKER_MANIFEST }),
    makeImage({ layers: ['shared', 'b'], mediaType: DOCKER_MANIFEST, architecture: 'arm64' }),
  ],
  { mediaType: DOCKER_LIST },
);
const images: readonly (readonly [string, Image])[] = [
  ['acme/everything', multi],
  ['acme/single', single],
  ['tools/docker', docker],
];

let source: RealRegistry;
const stages: RealStage[] = [];
const targets: RealRegistry[] = [];

beforeAll(async () => {
  source = await startRegistry('plain');
  const stage = await realStage([source]);
  const registry = await stage.open(source.host);
  for (const [repository, image] of images) await publish(registry, repository, image, '1.0');
  await attachTo(registry, 'acme/everything', multi);
  await stage.home.remove();
});
afterAll(() => source.stop());
afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ home }) => home.remove()));
  await Promise.all(targets.splice(0).map((target) => target.stop()));
});

async function stageFor(mode: RegistryMode): Promise<{ stage: RealStage; target: RealRegistry }> {
  const target = await startRegistry(mode);
  targets.push(target);
  const stage = await realStage([source, target]);
  stages.push(stage);
  await stage.lock({
    everything: `${source.host}/acme/everything:1.0`,
    single: `${source.host}/acme/single:1.0`,
    docker: `${source.host}/tools/docker:1.0`,
  });
  return { stage, target };
}

describe.each<RegistryMode>(['plain', 'basic', 'tls', 'token'])(
  'images copy into a real registry, %s',
  (mode) => {
    it('publishes every image under its digest and tag, whole, with its signatures, and says what it sent', async () => {
      const { stage, target } = await stageFor(mode);
      const report = await stage.json<ImagesCopy>(0, ['images', 'copy', '--to', `${target.host}/mirror`]);
      const registry = await stage.open(target.host);
      for (const [repository, image] of images) {
        expect(await holds(registry, `mirror/${repository}`, image)).toBe(true);
        expect(await registry.resolve(`mirror/${repository}`, '1.0')).toMatchObject({ digest: image.digest });
      }
      const [everything] = report.images;
      expect(report.images.map(({ result, target }) => [result, target])).toEqual(
        images.map(([repository, { digest }]) => [
          'copied',
          `${target.host}/mirror/${repository}:1.0@${digest}`,
        ]),
      );
      expect(everything).toMatchObject({ attached: 3, tag: 'set', servers: ['everything'] });
      const mirrored = 'mirror/acme/everything';
      expect(await registry.referrers(mirrored, multi.digest)).toHaveLength(1);
      expect(await registry.resolve(mirrored, signatureTag(multi.digest))).not.toBeNull();
      expect(
        await registry.resolve(mirrored, signatureTag(multi.manifests[0]!.digest, 'att')),
      ).not.toBeNull();
    });

    it('sends only HEADs, at the second time, for what is there', async () => {
      const { stage, target } = await stageFor(mode);
      const copy = ['images', 'copy', '--to', target.host, '--no-signatures'];
      await stage.expectExit(0, copy);
      const from = target.log.length;
      const report = await stage.json<ImagesCopy>(0, copy);
      expect(report.images.map(({ result }) => result)).toEqual(['current', 'current', 'current']);
      const methods = target.log.slice(from).flatMap((line) => /"(\w+) \/v2\/\w/.exec(line)?.[1] ?? []);
      expect(methods.length).toBeGreaterThan(20);
      expect(new Set(methods)).toEqual(new Set(['HEAD']));
    });
  },
);

const byServer = ({ images }: ImagesCopy, name: string): CopiedImage =>
  images.find(({ servers }) => servers.includes(name)) as CopiedImage;

describe('images copy', () => {
  it('takes blobs over inside the registry where the images are in it already', async () => {
    const { stage } = await stageFor('plain');
    const from = source.log.length;
    const report = await stage.json<ImagesCopy>(0, ['images', 'copy', '--to', `${source.host}/taken/over`]);
    expect(byServer(report, 'everything').blobs.sent).toBe(0);
    expect(byServer(report, 'everything').blobs.mounted).toBeGreaterThan(7);
    const asked = source.log.slice(from).join('\n');
    expect(asked).not.toMatch(/PUT \/v2\/[^ ]*\/blobs\/uploads/);
    expect(asked).not.toMatch(/GET \/v2\/[^ ]*\/blobs\/sha256/);
    const registry = await stage.open(source.host);
    expect(await holds(registry, 'taken/over/acme/everything', multi)).toBe(true);
  });

  it('refuses a tag that stands for something else, copies the others, and exits 5', async () => {
    const { stage, target } = await stageFor('plain');
    const registry = await stage.open(target.host);
    await publish(registry, 'acme/single', makeImage({ layers: ['another'] }), '1.0');
    const copy = ['images', 'copy', '--to', target.host];
    const refused = await stage.json<ImagesCopy>(5, copy);
    expect(byServer(refused, 'single')).toMatchObject({
      result: 'failed',
      error: { code: 'RESOLVE_TAG_TAKEN' },
    });
    expect(byServer(refused, 'docker').result).toBe('copied');
    expect(await registry.resolve('acme/single', single.digest)).toBeNull();
    const moved = await stage.json<ImagesCopy>(0, [...copy, '--overwrite']);
    expect(byServer(moved, 'single')).toMatchObject({ result: 'copied', tag: 'moved' });
    expect(await registry.resolve('acme/single', '1.0')).toMatchObject({ digest: single.digest });
  });

  it('copies by digest alone with --no-tags', async () => {
    const { stage, target } = await stageFor('plain');
    await stage.expectExit(0, ['images', 'copy', '--to', target.host, '--no-tags', '--no-signatures']);
    const registry = await stage.open(target.host);
    expect(await holds(registry, 'acme/everything', multi)).toBe(true);
    expect(await registry.resolve('acme/everything', '1.0')).toBeNull();
  });

  it('sends nothing with --dry-run, and foretells what is sent then', async () => {
    const { stage, target } = await stageFor('plain');
    const copy = ['images', 'copy', '--to', target.host];
    const foretold = await stage.json<ImagesCopy>(0, [...copy, '--dry-run']);
    expect(target.log.filter((line) => /"(POST|PUT|PATCH) /.test(line))).toEqual([]);
    const done = await stage.json<ImagesCopy>(0, copy);
    expect(foretold.images).toEqual(done.images);
  });

  it('copies only the servers that are named', async () => {
    const { stage, target } = await stageFor('plain');
    const report = await stage.json<ImagesCopy>(0, ['images', 'copy', 'single', '--to', target.host]);
    expect(report.images.map(({ servers }) => servers)).toEqual([['single']]);
  });

  it('says which image it could not copy, and why, without a word of credentials', async () => {
    const { stage, target } = await stageFor('basic');
    await rm(join(stage.home.folder, '.docker/config.json'));
    const ran = await stage.expectExit(5, ['images', 'copy', '--to', target.host]);
    expect(ran.stdout).toContain('RESOLVE_DENIED');
    expect(ran.stdout).toContain(`docker login ${target.host}`);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('labpw');
  });
});
