import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ENGINE_KINDS,
  type Engine,
  type EngineOptions,
  requireEngine,
  startEngine,
} from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import { relayFrom, relayTo } from '../support/engine-relay.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { connectHttp, connectStdio, textAt } from '../support/mcp-client.ts';
import { mcpImage, requireImages, variantOf } from '../support/mcp-image.ts';
import { loadMcpImage, type PushedImage, pushMcpImage } from '../support/mcp-image-place.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';

const busybox = 'mcp/busybox:1.0.0';
const sleeper = ['run', '-d', '--init', busybox, 'sleep', '1000'];
const webServer = ['--init', '-p', '127.0.0.1::80', busybox, 'httpd', '-f', '-p', '80', '-h', '/etc'];

const opened: Engine[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.stop()));
});

async function started(options: EngineOptions): Promise<Engine> {
  const engine = await startEngine(options);
  opened.push(engine);
  await loadMcpImage(engine, mcpImage('busybox'));
  return engine;
}

async function publishedPort(engine: RunningEngine, container: string): Promise<number> {
  const printed = await engine.docker(['port', container]);
  return Number(/-> 127\.0\.0\.1:(\d+)/.exec(printed)?.[1]);
}

/** The server's name, how many tools it has, and what one of them says. */
async function converse(client: Awaited<ReturnType<typeof connectHttp>>): Promise<unknown> {
  const { tools } = await client.listTools();
  const { content } = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  await client.close();
  return { name: client.getServerVersion()?.name, hasTools: tools.length > 5, content };
}
const CONVERSATION = {
  name: 'mcp-servers/everything',
  hasTools: true,
  content: [{ type: 'text', text: 'Echo: hello' }],
};

describe.each(ENGINE_KINDS)('Docker from $version, $store', (kind) => {
  describe.runIf(requireEngine(kind) && requireImages())('with real servers', () => {
    let engine: Engine;
    let registry: RealRegistry;
    let everything: PushedImage;
    beforeAll(async () => {
      engine = await startEngine({ ...kind, name: 'harbour' });
      registry = await startRegistry();
      everything = await pushMcpImage(registry, mcpImage('everything'));
      await engine.docker(['pull', '--quiet', everything.pinned]);
      await loadMcpImage(engine, mcpImage('busybox'));
    });
    afterAll(async () => {
      await engine?.stop();
      await registry?.stop();
    });

    it('is of that generation, has that store, and nothing of another', async () => {
      const { body } = await engine.ask('GET', '/info');
      const version = execFileSync('dockerd', ['--version'], { env: engine.env }).toString();
      expect(version).toContain(`Docker version ${body.ServerVersion},`);
      if (kind.version === '28') expect(Number.parseInt(body.ServerVersion, 10)).toBeGreaterThanOrEqual(28);
      expect(body.Driver).toBe(kind.store === 'containerd' ? 'overlayfs' : 'overlay2');
      expect([body.Name, body.Containers, body.Images]).toEqual(['harbour', 0, 2]);
    });

    it('has what it pulled under the digest of the index', async () => {
      const { body } = await engine.ask('GET', `/images/${everything.pinned}/json`);
      expect(body.RepoDigests).toContain(everything.tagged.replace(/:[^:]*$/, `@${everything.digest}`));
      const { index, image } = mcpImage('everything');
      expect(everything.digest).toBe(index.index.digest);
      expect(body.Id).toBe(kind.store === 'containerd' ? index.index.digest : image.config.digest);
    });

    it('runs a server over stdio, and keeps no container of it', async () => {
      const command = ['docker', 'run', '-i', '--rm', '--init', everything.pinned];
      expect(await converse(await connectStdio(command, engine.env))).toEqual(CONVERSATION);
      await vi.waitFor(async () => expect(await engine.docker(['ps', '-aq'])).toBe(''), { timeout: 15_000 });
    });

    it('runs a server over HTTP at a port of the loopback', async () => {
      const how = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--memory=256m'];
      const publish = ['--publish=127.0.0.1::3001', '--pids-limit=64', '--init'];
      const id = await engine.docker(['run', '-d', ...how, ...publish, everything.pinned, 'streamableHttp']);
      const port = await publishedPort(engine, id);
      expect(await converse(await connectHttp(`http://127.0.0.1:${port}/mcp`))).toEqual(CONVERSATION);
      await engine.docker(['rm', '-f', id]);
    });

    it('lets containers of one network find one another by name', async () => {
      await engine.docker(['network', 'create', 'quay']);
      await engine.docker([
        'run',
        '-d',
        '--network=quay',
        '--network-alias=web',
        '--hostname=w',
        ...webServer,
      ]);
      const ask = 'printf "GET /hostname HTTP/1.0\\r\\n\\r\\n" | nc web 80';
      const printed = await engine.docker(['run', '--rm', '--network=quay', busybox, 'sh', '-c', ask]);
      expect(printed).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\nw$/);
    });

    it('gives a variant of an image that starts in another way', async () => {
      const broken = variantOf(mcpImage('everything'), '2027.1.1', (config) => ({
        ...config,
        Entrypoint: ['sh', '-c', 'echo no luck >&2; exit 7'],
      }));
      const { pinned, digest } = await pushMcpImage(registry, broken);
      expect(digest).not.toBe(everything.digest);
      await expect(engine.docker(['run', '--rm', pinned])).rejects.toThrow('no luck');
    });
  });

  describe.runIf(requireEngine(kind) && requireImages())('killed and started again', () => {
    it('has ended what ran, and kept what it knew', async () => {
      const engine = await started(kind);
      const id = await engine.docker(sleeper);
      await engine.kill9();
      await expect(engine.ask('GET', '/_ping')).rejects.toThrow(/ECONNREFUSED|ENOENT/);
      await engine.restart();
      expect((await engine.ask('GET', `/containers/${id}/json`)).body.State.Status).toBe('exited');
      await engine.docker(['start', id]);
      await engine.restart();
      expect((await engine.ask('GET', '/_ping')).body).toBe('OK');
    });

    it('finds containers as they were where they may outlive it', async () => {
      const engine = await started({ ...kind, liveRestore: true });
      const id = await engine.docker(sleeper);
      const { Pid: pid } = (await engine.ask('GET', `/containers/${id}/json`)).body.State;
      await engine.kill9();
      await engine.restart();
      const { Pid: pidNow, Status: status } = (await engine.ask('GET', `/containers/${id}/json`)).body.State;
      expect([status, pidNow]).toEqual(['running', pid]);
      expect(await engine.docker(['exec', id, 'echo', 'still here'])).toBe('still here');
    });
  });

  it.runIf(requireEngine(kind) && requireImages())('has no more room than it is given', async () => {
    const engine = await started({ ...kind, diskBytes: 20 << 20 });
    await expect(loadMcpImage(engine, mcpImage('node'))).rejects.toThrow('no space left on device');
    expect((await engine.ask('GET', '/_ping')).body).toBe('OK');
  });
});

describe.runIf(ENGINE_KINDS.every(requireEngine) && requireImages())('two engines side by side', () => {
  it.each(['shared', 'private'] as const)('know nothing of each other, network %s', async (network) => {
    const both = await Promise.all([
      started({ version: 'debian', network }),
      started({ version: '28', store: 'containerd', network }),
    ]);
    const [older, newer] = both;
    for (const engine of both) await engine.docker(['run', '-d', '--name=web', ...webServer]);
    const ports = [await publishedPort(older, 'web'), await publishedPort(newer, 'web')] as const;
    // A private loopback has ports of its own, which may be the same as those of the other.
    for (const [at, engine] of both.entries()) {
      const port = ports[at] as number;
      const relay = network === 'private' ? await relayFrom(engine, port) : null;
      const id = await engine.docker(['inspect', '--format={{.Id}}', 'web']);
      expect((await textAt(`http://127.0.0.1:${port}/hostname`)).trim()).toBe(id.slice(0, 12));
      await relay?.close();
    }
    await newer.stop();
    expect(await older.docker(['ps', '--format={{.Names}}'])).toBe('web');
  });
});

describe.runIf(requirePodman() && requireImages())('Podman', () => {
  it('runs servers over stdio and over HTTP, and pulls from a registry of the tests', async () => {
    const registry = await startRegistry();
    const podman = await startPodman({ insecureRegistries: [registry.host] });
    try {
      const { digest, tagged } = await pushMcpImage(registry, mcpImage('everything'));
      const pinned = tagged.replace(/:[^:]*$/, `@${digest}`);
      const toRegistry = await relayTo(podman, Number(registry.host.split(':')[1]));
      await podman.docker(['pull', '--quiet', pinned]);
      await toRegistry.close();
      const command = ['docker', 'run', '-i', '--rm', '--init', pinned];
      expect(await converse(await connectStdio(command, podman.env))).toEqual(CONVERSATION);
      await podman.docker([
        'run',
        '-d',
        '--init',
        '--name=web',
        '-p=127.0.0.1:3001:3001',
        pinned,
        'streamableHttp',
      ]);
      const fromServer = await relayFrom(podman, 3001);
      expect(await converse(await connectHttp('http://127.0.0.1:3001/mcp'))).toEqual(CONVERSATION);
      await fromServer.close();
      await podman.kill9();
      await podman.restart();
      expect(await podman.docker(['ps', '--format={{.Names}}'])).toBe('web');
    } finally {
      await podman.stop();
      await registry.stop();
    }
  });
});
