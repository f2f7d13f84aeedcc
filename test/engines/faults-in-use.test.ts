import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { outcomesOf, resultsOf } from './support/outcomes.ts';
import { byDigest, makeStackWorld, type StackWorld } from './support/stack-world.ts';

/** What others use, and data: what is removed, what stays, and what is said. */
describe.each(ENGINE_KINDS)('what shall go, on Docker $version with $store', (kind) => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
  }, 120_000);
  afterEach(async () => await world.reset());
  afterAll(async () => await world?.remove());

  const web = (): JsonObject => ({
    ...{ image: world.busybox.tagged, transport: 'http', port: 3001, args: ['sleep', '1000'] },
    ...{ health: { disabled: true }, stopTimeout: '1s' },
  });

  async function apply(stack: JsonObject): Promise<void> {
    await world.write(stack);
    await world.expectExit(0, ['lock']);
    await world.converge();
  }

  const theirs = (...flags: readonly string[]) =>
    world.engine.docker([
      ...['run', '--detach', '--name=theirs', ...flags],
      ...[byDigest(world.busybox), 'sleep', '1000'],
    ]);

  it('says of a network that containers of others are in it, and removes it once they are not', async () => {
    await apply({ servers: { web: { ...web(), networks: ['inner'] } }, networks: { inner: {} } });
    await theirs('--network=tools.inner');
    const ran = await world.expectExit(5, ['destroy', '--auto-approve', '--no-settle', '--json']);
    expect(resultsOf(ran)).toMatchObject({
      'claude-code/user/web': 'done',
      'docker/container/web': 'done',
      'docker/network/inner': 'failed ENGINE_IN_USE',
    });
    expect(outcomesOf(ran)['docker/network/inner']?.error).toMatchObject({
      message: expect.stringContaining('theirs'),
      hint: expect.stringContaining('remove what uses it'),
    });
    expect(await world.containers()).toEqual({ theirs: 'running' });
    expect((await world.expectExit(0, ['state', 'list'])).stdout).toContain('docker/network/inner');
    await world.engine.docker(['rm', '--force', 'theirs']);
    await world.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
    expect(await world.engine.docker(['network', 'ls', '--filter=type=custom', '--quiet'])).toBe('');
  });

  it('does not take a network from containers that are stopped, either', async () => {
    await apply({ servers: { web: { ...web(), networks: ['inner'] } }, networks: { inner: {} } });
    await theirs('--network=tools.inner');
    await world.engine.docker(['stop', '--time=0', 'theirs']);
    const ran = await world.expectExit(5, ['destroy', '--auto-approve', '--no-settle', '--json']);
    expect(resultsOf(ran)).toMatchObject({ 'docker/network/inner': 'failed ENGINE_IN_USE' });
    await world.engine.docker(['start', 'theirs']);
  });

  it('says of a volume that containers of others use it', async () => {
    const volumes = { data: { protect: false } };
    await apply({ servers: { web: { ...web(), volumes: ['data:/data'] } }, volumes });
    await theirs('--volume=tools.data:/data');
    await world.write({ servers: { web: web() } });
    const ran = await world.expectExit(5, [
      ...['apply', '--auto-approve', '--no-settle', '--json', '--allow-destroy'],
    ]);
    expect(resultsOf(ran)).toMatchObject({
      'docker/container/web': 'done',
      'docker/volume/data': 'failed ENGINE_IN_USE',
    });
    await world.engine.docker(['rm', '--force', 'theirs']);
    await world.converge('--allow-destroy');
    expect(await world.engine.docker(['volume', 'ls', '--quiet'])).toBe('');
  });

  describe('a volume with data in it', () => {
    const held = async (): Promise<string> =>
      await world.engine.docker([
        ...['run', '--rm', '--volume=tools.data:/data'],
        ...[byDigest(world.busybox), 'cat', '/data/kept'],
      ]);

    async function fill(volume: JsonObject): Promise<void> {
      await apply({ servers: { web: { ...web(), volumes: ['data:/data'] } }, volumes: { data: volume } });
      await world.engine.docker(['exec', 'tools.web', 'sh', '-c', 'echo of-weeks >/data/kept']);
    }

    it('is kept and forgotten when nobody said anything', async () => {
      await fill({});
      await world.write({ servers: { web: web() } });
      expect(await world.planned()).toEqual([
        'replace docker/container/web changed: /volumes/~1data/readOnly config, /volumes/~1data/volume config',
        'record claude-code/user/web in-sync',
        'forget docker/volume/data orphaned',
      ]);
      await world.converge();
      expect(await held()).toBe('of-weeks');
    });

    it('survives destroy when it is protected, by default or by word', async () => {
      await fill({});
      await world.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
      expect(await held()).toBe('of-weeks');
    });

    it('is kept and remembered when it was protected by word', async () => {
      await fill({ protect: true });
      await world.write({ servers: { web: web() } });
      expect(await world.planned()).toContainEqual('conflict docker/volume/data protected');
      await world.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(await held()).toBe('of-weeks');
    });

    it('goes when it is not protected, and not without --allow-destroy', async () => {
      await fill({ protect: false });
      await world.write({ servers: { web: web() } });
      const refused = await world.expectExit(3, ['apply', '--auto-approve', '--no-settle']);
      expect(refused.stdout + refused.stderr).toContain('PLAN_DATA_LOSS');
      expect(refused.stdout + refused.stderr).toContain('--allow-destroy');
      expect(await held()).toBe('of-weeks');
      await world.converge('--allow-destroy');
      expect(await world.engine.docker(['volume', 'ls', '--quiet'])).toBe('');
    });

    it('is not replaced below a server that uses it, and what to do is said', async () => {
      await fill({ protect: false });
      const volumes = { data: { labels: { a: 'b' }, protect: false } };
      const using = { ...web(), volumes: ['data:/data'] };
      const allowed = ['apply', '--auto-approve', '--no-settle', '--allow-destroy', '--json'];
      await world.write({ servers: { web: using }, volumes });
      const ran = await world.expectExit(5, allowed);
      expect(outcomesOf(ran)['docker/volume/data']).toMatchObject({
        result: 'failed',
        error: { code: 'ENGINE_IN_USE', hint: expect.stringContaining('enabled: false') },
      });
      expect(await held()).toBe('of-weeks');
      await world.write({ servers: { web: { ...using, enabled: false } }, volumes });
      await world.run(allowed);
      await world.converge('--allow-destroy');
      await world.write({ servers: { web: using }, volumes });
      await world.converge();
      expect(await world.containers()).toEqual({ 'tools.web': 'running' });
    });

    it('is not replaced for other labels while it is protected', async () => {
      await fill({});
      await world.write({
        servers: { web: { ...web(), volumes: ['data:/data'] } },
        volumes: { data: { labels: { a: 'b' } } },
      });
      expect(await world.planned()).toEqual(['conflict docker/volume/data protected: /labels/a config']);
      await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--allow-destroy']);
      expect(await held()).toBe('of-weeks');
    });
  });
});
