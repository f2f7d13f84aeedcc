import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImagesCopy } from '../../src/report/images-copy.ts';
import { onTerminal } from '../cli/pseudo-terminal.ts';
import { blobOf, FOREIGN_LAYER, type Image, makeImage, makeIndex, publish } from '../images/image.ts';
import { holds, type RealStage, realStage } from '../images/real-stage.ts';
import { type RecordingProxy, startProxy } from '../images/recording-proxy.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';

/** Three images of several layers each, of which some bytes take a while. */
const images: readonly Image[] = [0, 1, 2].map((at) =>
  makeIndex([
    makeImage({ layers: Array.from({ length: 4 }, (_, layer) => Buffer.alloc(200_000, `${at} ${layer}`)) }),
    makeImage({ layers: [`${at} arm`], architecture: 'arm64' }),
  ]),
);
const last = images[1]!.blobs[3]!.descriptor.digest;

describe('images copy, ended in the middle', () => {
  let source: RealRegistry;
  let target: RealRegistry;
  let from: RecordingProxy;
  let to: RecordingProxy;
  let stage: RealStage;

  beforeAll(async () => {
    source = await startRegistry('plain');
  });
  afterAll(() => source.stop());

  async function set(): Promise<void> {
    target = await startRegistry('plain');
    [from, to] = [await startProxy(source.host), await startProxy(target.host)];
    stage = await realStage([source, target]);
    const registry = await stage.open(source.host);
    for (const [at, image] of images.entries()) await publish(registry, `acme/${at}`, image, '1.0');
    await stage.lock(Object.fromEntries(images.map((_, at) => [`s${at}`, `${from.host}/acme/${at}:1.0`])));
  }
  afterEach(async () => {
    await Promise.all([stage.home.remove(), from.close(), to.close()]);
    await target.stop();
  });

  /** Starts a copy of which one layer never comes, and resolves once all that can be there without it is. */
  async function copyAllBut(digest: string): Promise<ReturnType<RealStage['start']>> {
    from.treat = ({ method, url }) => (method === 'GET' && url?.endsWith(digest) ? 'hold' : 'pass');
    const tags = new Set<string>();
    const allElse = new Promise<void>((done) => {
      to.onPassed = ({ method, url }) => {
        if (method === 'PUT' && url.endsWith('/manifests/1.0')) tags.add(url);
        if (tags.size === images.length - 1 && uploads().length === countBlobs() - 1) done();
      };
    });
    const child = stage.start(['images', 'copy', '--to', to.host, '--no-signatures']);
    await Promise.race([allElse, child.ended.then((ran) => Promise.reject(new Error(JSON.stringify(ran))))]);
    return child;
  }

  const uploads = (): readonly string[] =>
    to.passed.flatMap(({ method, url, status }) => {
      const digest = /[?&]digest=([^&]+)/.exec(url)?.[1];
      return method === 'PUT' && status === 201 && digest !== undefined ? [decodeURIComponent(digest)] : [];
    });
  const countBlobs = (): number =>
    new Set(images.flatMap(({ blobs }) => blobs.map(({ descriptor }) => descriptor.digest))).size;

  it('by kill -9 shows no half image by tag, and the next run sends the one layer and nothing else', async () => {
    await set();
    const child = await copyAllBut(last);
    child.kill('SIGKILL');
    expect((await child.ended).signal).toBe('SIGKILL');
    const registry = await stage.open(target.host);
    expect(await registry.resolve('acme/0', '1.0')).toMatchObject({ digest: images[0]!.digest });
    expect(await registry.resolve('acme/1', '1.0')).toBeNull();
    expect(await registry.resolve('acme/1', images[1]!.digest)).toBeNull();
    from.treat = () => 'pass';
    const before = uploads().length;
    const sent = to.passed.length;
    const report = await stage.json<ImagesCopy>(0, ['images', 'copy', '--to', to.host, '--no-signatures']);
    expect(uploads().slice(before)).toEqual([last]);
    expect(report.images.map(({ result }) => result)).toEqual(['current', 'copied', 'current']);
    expect(report.images[1]!.blobs).toEqual({ sent: 1, mounted: 0, there: countBlobs() / 3 - 1 });
    const puts = to.passed
      .slice(sent)
      .filter(({ method, url }) => method === 'PUT' && url.includes('/manifests/'));
    expect(puts.every(({ url }) => url.startsWith('/v2/acme/1/'))).toBe(true);
    for (const [at, image] of images.entries()) expect(await holds(registry, `acme/${at}`, image)).toBe(true);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s says what is there and what is not, and exits 130',
    async (signal) => {
      await set();
      const child = await copyAllBut(last);
      child.kill(signal);
      const { exitCode, stdout, stderr } = await child.ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('Stopping');
      expect(stdout).toContain('2 copied, 1 failed');
      expect(stdout).toContain('[INTERRUPTED]');
      const registry = await stage.open(target.host);
      expect(await registry.resolve('acme/1', '1.0')).toBeNull();
      from.treat = () => 'pass';
      await stage.expectExit(0, ['images', 'copy', '--to', to.host, '--no-signatures']);
      expect(await registry.resolve('acme/1', '1.0')).toMatchObject({ digest: images[1]!.digest });
    },
  );

  it('by a source that changes bytes sends them nowhere that a tag would show', async () => {
    await set();
    from.treat = ({ method, url }) => (method === 'GET' && url?.endsWith(last) ? 'spoil' : 'pass');
    const report = await stage.json<ImagesCopy>(5, ['images', 'copy', '--to', to.host, '--no-signatures']);
    expect(report.images.map(({ result }) => result)).toEqual(['copied', 'failed', 'copied']);
    expect(report.images[1]!.error).toMatchObject({ code: 'RESOLVE_INTEGRITY' });
    const registry = await stage.open(target.host);
    expect(await registry.hasBlob('acme/1', last)).toBe(false);
    expect(await registry.resolve('acme/1', '1.0')).toBeNull();
  });

  it('shows one live line of images, blobs and bytes on a terminal, and the answer below', async () => {
    await set();
    const terminal = onTerminal(['images', 'copy', '--to', to.host, '--no-signatures'], stage.home);
    expect(await terminal.ended).toBe(0);
    const shown = terminal.shown();
    expect(shown).toMatch(/copying 3 images, \d done: \d+ of \d+ blobs, [\d.]+ \w+ of [\d.]+ \w+/);
    expect(shown).toContain('3 copied');
    expect(shown).not.toContain('\n127.0.0.1');
  });

  it('takes along the address of a foreign layer, which stays where it is', async () => {
    await set();
    // With Docker's own manifest type docker-registry 2.8.2 answers 500, unless its configuration allows the address.
    const windows = makeImage({ layers: ['own', { ...blobOf('base', FOREIGN_LAYER), isElsewhere: true }] });
    const registry = await stage.open(source.host);
    await publish(registry, 'acme/windows', windows, '1.0');
    await stage.lock({ windows: `${from.host}/acme/windows:1.0` });
    const report = await stage.json<ImagesCopy>(0, ['images', 'copy', '--to', to.host]);
    expect(report.images[0]).toMatchObject({ elsewhere: 1, blobs: { sent: 2 } });
    expect(await holds(await stage.open(target.host), 'acme/windows', windows)).toBe(true);
  });
});
