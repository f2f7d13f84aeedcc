import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { mcpImage } from '../support/mcp-image.ts';
import { pushMcpImage } from '../support/mcp-image-place.ts';
import { startRegistry } from '../support/registry.ts';
import { type MockRegistry, startMock } from '../support/registry-mock.ts';
import type { Ran } from '../support/run.ts';
import { outcomesOf, resultsOf } from './support/outcomes.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const WEB = 'docker/container/web';
const IMAGE = 'docker/image/busybox';

/** What keeps an image from coming: what is said, how often it is tried, and how it goes on. */
describe.each(ENGINE_KINDS)('an image that does not come, on Docker $version with $store', (kind) => {
  let world: StackWorld;
  let mock: MockRegistry;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
    mock = await startMock();
    mock.add('mcp/busybox', mcpImage('busybox').index, '1.0.0');
  }, 120_000);
  afterEach(async () => {
    mock.lie = null;
    await world.reset();
    await forgetImages();
  });
  afterAll(async () => {
    await mock?.close();
    await world?.remove();
  });

  async function forgetImages(): Promise<void> {
    const ids = (await world.engine.docker(['images', '--all', '--quiet', '--no-trunc'])).split('\n');
    const images = [...new Set(ids)].filter((id) => id !== '');
    if (images.length > 0) await world.engine.docker(['rmi', '--force', ...images]);
  }

  async function declare(image: string): Promise<void> {
    const web = { image, transport: 'http', port: 3001, args: ['sleep', '1000'], health: { disabled: true } };
    await world.write({ servers: { web, bystander: { command: 'true' } } });
    await world.expectExit(0, ['lock']);
  }

  async function applyPartly(): Promise<Ran> {
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--json']);
    expect(resultsOf(ran)).toMatchObject({
      [WEB]: expect.stringMatching(/^skipped/),
      'claude-code/user/web': expect.stringMatching(/^skipped/),
      'claude-code/user/bystander': 'done',
    });
    expect(await world.containers()).toEqual({});
    await world.expectExit(0, ['state', 'list']);
    return ran;
  }

  /** By the engine, for the manifest: what a pull is made of. */
  const asked = (): number => mock.requests.filter(({ url }) => url.includes('/manifests/sha256:')).length;

  async function askedWhile(work: () => Promise<unknown>): Promise<number> {
    const before = asked();
    await work();
    return asked() - before;
  }

  it('says that the registry is not there', async () => {
    const registry = await startRegistry();
    const { tagged } = await pushMcpImage(registry, mcpImage('busybox'));
    await declare(tagged);
    await registry.stop();
    const ran = await applyPartly();
    expect(outcomesOf(ran)[IMAGE]).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_PULL_FAILED', message: expect.stringContaining(registry.host) },
    });
    await declare(world.busybox.tagged);
    await world.converge();
  });

  it('says where to log in, and pulls once somebody has', async () => {
    const registry = await startRegistry('basic');
    const { tagged } = await pushMcpImage(registry, mcpImage('busybox'));
    const config = join(world.env['DOCKER_CONFIG'] ?? '', 'config.json');
    const { username, password } = registry.credentials ?? {};
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    const logIn = () => writeFile(config, JSON.stringify({ auths: { [registry.host]: { auth } } }));
    await mkdir(world.env['DOCKER_CONFIG'] ?? '', { recursive: true });
    await logIn();
    await declare(tagged);
    await rm(config);
    const ran = await applyPartly();
    expect(outcomesOf(ran)[IMAGE]).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_PULL_DENIED', hint: expect.stringContaining('docker login') },
    });
    expect(ran.stdout + ran.stderr).not.toContain(password);
    await logIn();
    await world.converge();
    await rm(config);
    await registry.stop();
  });

  it('tries again when there were too many pulls, until the registry gives it', async () => {
    await declare(`${mock.host}/mcp/busybox:1.0.0`);
    const once = await askedWhile(() =>
      world.engine.docker([
        'pull',
        '--quiet',
        `${mock.host}/mcp/busybox@${mcpImage('busybox').index.index.digest}`,
      ]),
    );
    await forgetImages();
    let refusals = 2;
    mock.lie = ({ url }, response) => {
      if (!url.includes('/manifests/') || refusals === 0) return false;
      refusals -= 1;
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(
        '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}',
      );
      return true;
    };
    const tries = await askedWhile(() => world.converge());
    expect(refusals).toBe(0);
    expect(tries).toBeGreaterThan(once);
  });

  it('gives up when the registry goes on refusing', async () => {
    await declare(`${mock.host}/mcp/busybox:1.0.0`);
    mock.lie = ({ url }, response) => {
      if (!url.includes('/manifests/')) return false;
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(
        '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}',
      );
      return true;
    };
    let ran: Ran | undefined;
    const tries = await askedWhile(async () => {
      ran = await applyPartly();
    });
    expect(outcomesOf(ran as Ran)[IMAGE]).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_PULL_LIMITED', message: expect.stringMatching(/rate limit|too many requests/i) },
    });
    expect(tries).toBeGreaterThanOrEqual(3);
    mock.lie = null;
    await world.converge();
  });

  it('does not try again what the registry does not have', async () => {
    await declare(`${mock.host}/mcp/busybox:1.0.0`);
    mock.lie = ({ url }, response) => {
      if (!url.includes('/manifests/')) return false;
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      return true;
    };
    const { index } = mcpImage('busybox').index;
    const once = await askedWhile(() =>
      world.engine
        .docker(['pull', '--quiet', `${mock.host}/mcp/busybox@${index.digest}`])
        .catch(() => undefined),
    );
    let ran: Ran | undefined;
    const tries = await askedWhile(async () => {
      ran = await applyPartly();
    });
    expect(outcomesOf(ran as Ran)[IMAGE]).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_PULL_UNKNOWN', hint: expect.stringContaining('mcpform lock') },
    });
    expect(tries).toBe(once);
    mock.lie = null;
    await world.converge();
  });
});
