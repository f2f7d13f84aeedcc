import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/model/context.ts';
import { connectEngine } from '../../src/providers/docker/connect.ts';
import type { Engine, PullProgress } from '../../src/providers/docker/engine.ts';
import { requireEngine, startEngine } from '../support/engine.ts';
import { relayTo } from '../support/engine-relay.ts';
import { mcpImage, requireImages, variantOf } from '../support/mcp-image.ts';
import { type PushedImage, pushMcpImage } from '../support/mcp-image-place.ts';
import { realContext } from '../support/real-context.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import { type MockRegistry, type Recorded, startMock } from '../support/registry-mock.ts';
import { throwawayHome } from '../support/throwaway-home.ts';
import { CONNECTION_KINDS, type ConnectionWorld, makeConnectionWorld } from './connection-world.ts';

const portOf = (host: string): number => Number(host.split(':')[1]);
const digestOf = ({ pinned }: PushedImage): string => pinned.replace(/:[^:@/]+@/, '@');

/** Pauses between two tries are over at once; real time passes everywhere else. */
function brisk(ctx: Context, pausesMs: number[]): Context {
  const { clock } = ctx.system;
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms > 16_000) return clock.sleep(ms, signal);
    pausesMs.push(ms);
  };
  return { ...ctx, system: { ...ctx.system, clock: { ...clock, sleep } } };
}

describe.each(CONNECTION_KINDS)('$name pulls', (kind) => {
  describe.runIf(kind.canRun())('from real registries', () => {
    let open: RealRegistry;
    let closed: RealRegistry;
    let mock: MockRegistry;
    let world: ConnectionWorld;
    let engine: Engine;
    let everything: PushedImage;
    let guarded: PushedImage;
    let count = 0;
    const pausesMs: number[] = [];
    let config: string;
    beforeAll(async () => {
      [open, closed, mock] = await Promise.all([startRegistry(), startRegistry('basic'), startMock()]);
      const hosts = [open.host, closed.host, mock.host];
      everything = await pushMcpImage(open, mcpImage('everything'));
      guarded = await pushMcpImage(closed, mcpImage('busybox'));
      world = await makeConnectionWorld(kind, hosts);
      if (kind.isPodman) for (const host of hosts) await relayTo(world.bed, portOf(host));
      engine = await connectEngine(null, brisk(realContext(world.home, world.bed.env), pausesMs));
      config = join(world.bed.env['DOCKER_CONFIG'] as string, 'config.json');
    });
    afterAll(async () => {
      await world?.remove();
      await Promise.all([open?.stop(), closed?.stop(), mock?.close()]);
    });
    afterEach(async () => {
      mock.lie = null;
      mock.requests.length = 0;
      pausesMs.length = 0;
      await writeFile(config, '{}');
      for (const image of [digestOf(everything), digestOf(guarded)]) await engine.removeImage(image);
    });
    /** One that the engine has never seen: what it knows of one it does not ask again, though it was removed. */
    const newImage = (): string => {
      count += 1;
      const image = variantOf(mcpImage('busybox'), `${count}`, (config) => ({
        ...config,
        Labels: { count: `${count}` },
      }));
      mock.add('mcp/busybox', image.index, image.version);
      return `${mock.host}/mcp/busybox@${image.index.index.digest}`;
    };
    const lying = (lie: (request: Recorded, response: ServerResponse) => boolean): void => {
      mock.lie = (request, response) => {
        if (request.url !== '/v2/') return lie(request, response);
        response.end('{}');
        return true;
      };
    };
    const pull = (reference: string): Promise<void> => engine.pullImage(reference, { platform: null });

    it('the digest, and says how far it is', async () => {
      const seen: PullProgress[] = [];
      await engine.pullImage(everything.pinned, {
        platform: null,
        onProgress: (each) => void seen.push(each),
      });
      const image = await engine.inspectImage(digestOf(everything));
      expect(image?.RepoDigests).toContain(digestOf(everything));
      // Podman says so twice a second, and is done before that.
      if (!kind.isPodman) expect(seen.at(-1)?.totalBytes).toBeGreaterThan(10_000_000);
      expect(seen.at(-1)?.doneBytes).toBe(seen.at(-1)?.totalBytes);
      await pull(everything.pinned);
    });

    it('nothing that the registry has not, and asks once', async () => {
      const nowhere = `${open.host}/mcp/everything@sha256:${'0'.repeat(64)}`;
      await expect(pull(nowhere)).rejects.toMatchObject({ code: 'ENGINE_PULL_UNKNOWN' });
      await expect(pull(`${open.host}/mcp/nope:1`)).rejects.toMatchObject({ code: 'ENGINE_PULL_UNKNOWN' });
      const other = engine.pullImage(everything.pinned, { platform: 'linux/s390x' });
      await expect(other).rejects.toMatchObject({ code: 'ENGINE_PULL_UNKNOWN' });
      expect(pausesMs).toEqual([]);
    });

    it('as whom `docker login` made it, from the file and from a helper', async () => {
      await expect(pull(guarded.pinned)).rejects.toMatchObject({ code: 'ENGINE_PULL_DENIED' });
      const { username, password } = closed.credentials ?? { username: '', password: '' };
      const login = (secret: string): Promise<void> => {
        const auth = Buffer.from(`${username}:${secret}`).toString('base64');
        return writeFile(config, JSON.stringify({ auths: { [closed.host]: { auth } } }));
      };
      await login('wrong-password');
      const denied = pull(guarded.pinned);
      await expect(denied).rejects.toMatchObject({
        code: 'ENGINE_PULL_DENIED',
        message: expect.not.stringContaining('wrong-password'),
      });
      expect(pausesMs).toEqual([]);
      await login(password);
      await pull(guarded.pinned);
      await engine.removeImage(digestOf(guarded));

      const bin = join(world.home.folder, 'bin');
      await mkdir(bin);
      const helper = join(bin, 'docker-credential-lab');
      const answer = JSON.stringify({ ServerURL: closed.host, Username: username, Secret: password });
      await writeFile(helper, `#!/bin/sh\necho '${answer}'\n`);
      await chmod(helper, 0o755);
      await writeFile(config, JSON.stringify({ credHelpers: { [closed.host]: 'lab' } }));
      const PATH = `${bin}:${world.bed.env['PATH']}`;
      const helped = await connectEngine(null, realContext(world.home, { ...world.bed.env, PATH }));
      await helped.pullImage(guarded.pinned, { platform: null });
      expect(await engine.inspectImage(digestOf(guarded))).not.toBeNull();
    });

    const limited = (_: unknown, response: ServerResponse): boolean => {
      const errors = [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }];
      response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
      return true;
    };
    const isManifest = ({ url }: { readonly url: string }): boolean => url.includes('/manifests/');

    it('again when there were too many pulls, or the engine does by itself', async () => {
      const image = newImage();
      let left = 1;
      lying((request, response) => isManifest(request) && left-- > 0 && limited(request, response));
      await pull(image);
      expect(left).toBeLessThan(0);
      expect(await engine.inspectImage(image)).not.toBeNull();
      const areTried = !kind.isPodman && kind.store === 'overlay2';
      expect(pausesMs).toHaveLength(areTried ? 1 : 0);
    });

    // Podman goes on for a minute by itself.
    if (!kind.isPodman)
      it('not for ever when there are', async () => {
        lying((request, response) => isManifest(request) && limited(request, response));
        await expect(pull(newImage())).rejects.toMatchObject({ code: 'ENGINE_PULL_LIMITED' });
        expect(pausesMs).toHaveLength(2);
      });

    if (!kind.isPodman)
      it('again when the registry is down for a moment', async () => {
        lying((request, response) => {
          if (isManifest(request)) response.writeHead(503).end();
          return isManifest(request);
        });
        await expect(pull(newImage())).rejects.toMatchObject({
          code: 'ENGINE_PULL_FAILED',
          message: expect.stringContaining('503'),
        });
        expect(pausesMs).toHaveLength(2);
      });

    it('nothing when nobody wants it any more', async () => {
      const controller = new AbortController();
      lying((request) => {
        if (isManifest(request)) controller.abort(new Error('enough'));
        return isManifest(request);
      });
      const pulling = engine.pullImage(newImage(), { platform: null, signal: controller.signal });
      await expect(pulling).rejects.toThrow('enough');
    });
  });
});

describe.each([
  { version: 'debian', store: 'overlay2' },
  { version: '28', store: 'overlay2' },
  { version: '28', store: 'containerd' },
] as const)('Docker from $version, $store, without room', (kind) => {
  it.runIf(requireEngine(kind) && requireImages())('says so, though its answer began well', async () => {
    const home = await throwawayHome();
    const registry = await startRegistry();
    const full = await startEngine({ ...kind, diskBytes: 40 << 20 });
    try {
      const engine = await connectEngine(null, realContext(home, full.env));
      const { pinned } = await pushMcpImage(registry, mcpImage('everything'));
      await expect(engine.pullImage(pinned, { platform: null })).rejects.toMatchObject({
        code: 'ENGINE_DISK_FULL',
      });
    } finally {
      await full.stop();
      await registry.stop();
      await home.remove();
    }
  });
});
