import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { freePort } from '../support/free-port.ts';
import type { Ran } from '../support/run.ts';
import { outcomesOf, resultsOf } from './support/outcomes.ts';
import { byDigest, makeStackWorld, type StackWorld } from './support/stack-world.ts';

const WEB = 'docker/container/web';
const ENTRY = 'claude-code/user/web';
const SERVES = ['httpd', '-f', '-p', '3001', '-h', '/etc'];

/** What keeps a container from starting, and from working: what is said, what is left, and how it goes on. */
describe.each(ENGINE_KINDS)('a container that does not start on Docker $version with $store', (kind) => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
  }, 120_000);
  afterEach(async () => await world.reset());
  afterAll(async () => await world?.remove());

  /** One server, with what differs from one that works; another one beside it that always does. */
  async function declare(changes: Readonly<Record<string, Json>> = {}): Promise<void> {
    await world.write({
      servers: {
        web: {
          ...{ image: world.busybox.tagged, transport: 'http', port: 3001, args: SERVES },
          ...{ health: { path: '/passwd', startPeriod: '5s' }, stopTimeout: '2s' },
          ...changes,
        },
        bystander: { command: 'true' },
      },
    });
    await world.expectExit(0, ['lock']);
  }

  /** An apply in which nothing but this server goes wrong; and the books can be read after it. */
  async function applyPartly(): Promise<Ran> {
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--json']);
    expect(Object.keys(await world.entries())).toContain('bystander');
    await world.expectExit(0, ['state', 'list']);
    return ran;
  }

  async function serves(): Promise<string> {
    const { url } = (await world.entries())['web'] as { readonly url: string };
    return await (await fetch(new URL('/passwd', url))).text();
  }

  it('says which port a program of the host has, and goes on once that is gone', async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    await declare({ publish: port });
    const ran = await applyPartly();
    squatter.close();
    expect(outcomesOf(ran)[WEB]).toMatchObject({
      result: 'failed',
      error: {
        code: 'ENGINE_PORT_TAKEN',
        message: expect.stringContaining(String(port)),
        hint: expect.stringContaining('publish'),
      },
    });
    expect(resultsOf(ran)[ENTRY]).toMatch(/^skipped/);
    expect(await world.containers()).toEqual({});
    await world.converge();
    expect(await serves()).toContain('root');
  });

  it('chooses another port where a program of the host has the one it would have', async () => {
    await declare();
    const paths = (await world.plan()).steps.flatMap((step) => step.paths);
    const shown = paths.find(({ pointer }) => pointer === '/url')?.after ?? { value: '' };
    const port = Number(new URL(String('value' in shown && shown.value)).port);
    const squatter = createServer().listen(port, '127.0.0.1');
    await world.converge();
    squatter.close();
    expect((await world.entries())['web']).toMatchObject({ url: `http://127.0.0.1:${port + 1}/mcp` });
    expect(await serves()).toContain('root');
    await world.expectExit(0, ['plan', '--detailed-exitcode']);
  });

  it('says which port another container has, and leaves that one alone', async () => {
    const port = await freePort();
    const image = world.busybox.pinned;
    const theirs = ['run', '--detach', '--name=theirs', `--publish=127.0.0.1:${port}:3001`, image, ...SERVES];
    await world.engine.docker(theirs);
    await declare({ publish: port });
    const ran = await applyPartly();
    expect(resultsOf(ran)).toMatchObject({ [WEB]: 'failed ENGINE_PORT_TAKEN' });
    expect(await world.containers()).toEqual({ theirs: 'running' });
    await world.engine.docker(['rm', '--force', 'theirs']);
    await world.converge();
  });

  it('leaves a container alone that somebody else made under the name', async () => {
    const image = byDigest(world.busybox);
    await world.engine.docker(['pull', '--quiet', image]);
    const made = ['run', '--detach', '--name=tools.web', image];
    const id = await world.engine.docker([...made, 'sleep', '1000']);
    await declare();
    const [conflict] = (await world.planned()).filter((line) => line.includes(WEB));
    expect(conflict).toMatch(/^conflict docker\/container\/web exists: /);
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
    expect(ran.stdout + ran.stderr).toContain(`--take-ownership ${WEB}`);
    expect((await world.engine.ask('GET', '/containers/tools.web/json')).body).toMatchObject({
      Id: id,
      State: { Running: true },
    });
    await world.expectExit(0, ['state', 'list']);
    expect(Object.keys(await world.entries())).toEqual(['bystander']);
    await world.engine.docker(['rename', 'tools.web', 'theirs']);
    await world.converge();
    expect(await world.containers()).toEqual({ theirs: 'running', 'tools.web': 'running' });
  });

  it('leaves a container alone that took the name when ours was renamed', async () => {
    await declare();
    await world.converge();
    await world.engine.docker(['rename', 'tools.web', 'renamed']);
    const image = byDigest(world.busybox);
    const id = await world.engine.docker(['run', '--detach', '--name=tools.web', image, 'sleep', '1000']);
    const { error } = outcomesOf(await applyPartly())[WEB] ?? {};
    expect(error).toMatchObject({ code: 'ENGINE_NAME_TAKEN', message: expect.stringContaining('tools.web') });
    expect(await world.containers()).toEqual({ renamed: 'running', 'tools.web': 'running' });
    expect((await world.engine.ask('GET', '/containers/tools.web/json')).body).toMatchObject({ Id: id });
    await world.engine.docker(['rm', '--force', 'tools.web']);
    await world.converge();
    expect(await world.containers()).toEqual({ 'tools.web': 'running' });
  });

  it.each([
    ['that is checked', {}, 'HEALTH_EXITED'],
    ['that nobody checks', { health: { disabled: true } }, 'ENGINE_CONTAINER'],
  ] as const)('shows what a server said that ends at once: one %s', async (_, changes, code) => {
    await declare({ ...changes, args: ['sh', '-c', 'echo there is no such folder >&2; exit 3'] });
    const ran = await applyPartly();
    expect(outcomesOf(ran)[WEB]).toMatchObject({
      result: 'failed',
      error: {
        code,
        message: expect.stringMatching(
          /stopped right after it started, (with exit code 3|and was started again)/,
        ),
        hint: expect.any(String),
      },
    });
    // The engine may have started it again by now.
    expect(new Set(outcomesOf(ran)[WEB]?.error?.detail)).toEqual(new Set(['there is no such folder']));
    expect(await world.containers()).toEqual({});
    const shown = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
    expect(shown.stdout + shown.stderr).toContain('there is no such folder');
    await declare();
    await world.converge();
  });

  it.each([
    ['an init', { init: true }, 'HEALTH_EXITED'],
    ['no init', { init: false }, 'ENGINE_PROGRAM'],
  ] as const)('says that a program is not in the image, with %s', async (_, changes, code) => {
    await declare({ ...changes, entrypoint: ['no-such-program'] });
    const { error } = outcomesOf(await applyPartly())[WEB] ?? {};
    expect(error).toMatchObject({ code });
    expect([error?.message, ...(error?.detail ?? [])].join('\n')).toContain('no-such-program');
    expect(await world.containers()).toEqual({});
    await declare();
    await world.converge();
  });

  it.each([
    [
      'a request that is never answered',
      { health: { path: '/nothing', timeout: '1s', interval: '200ms', retries: 2, startPeriod: '1s' } },
    ],
    [
      'a command that never succeeds',
      {
        health: {
          command: ['sh', '-c', 'echo not today; false'],
          interval: '200ms',
          retries: 2,
          startPeriod: '1ms',
        },
      },
    ],
    [
      'a handshake with what is no MCP server',
      { health: { timeout: '1s', interval: '200ms', retries: 2, startPeriod: '1s' } },
    ],
  ] as readonly (readonly [string, JsonObject])[])(
    'does not hand out a server that is never healthy: %s',
    async (_, changes) => {
      await declare(changes);
      const ran = await applyPartly();
      expect(resultsOf(ran)[WEB]).toMatch(/^failed HEALTH_/);
      expect(resultsOf(ran)[ENTRY]).toMatch(/^skipped/);
      expect(await world.containers()).toEqual({});
      await declare();
      await world.converge();
      expect(await serves()).toContain('root');
    },
  );

  it('ends a server that ignores its stop signal, after its time', async () => {
    const ignores = `trap "" TERM; ${SERVES.join(' ')} & while :; do sleep 1; done`;
    await declare({ args: ['sh', '-c', ignores], init: false, stopTimeout: '1s' });
    await world.converge();
    await declare({ args: ['sh', '-c', ignores], init: false, stopTimeout: '1s', env: { NEXT: '1' } });
    await world.converge();
    expect(await world.containers()).toEqual({ 'tools.web': 'running' });
    await world.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
    expect(await world.containers()).toEqual({});
  });
});
