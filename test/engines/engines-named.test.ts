import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { ENGINE_KINDS, type Engine, startEngine } from '../support/engine.ts';
import { containersOf, makeStackWorld, type StackWorld } from './support/stack-world.ts';

/** One stack on two engines: the one of the docker command, and the one of a context. */
describe.each(ENGINE_KINDS)('a stack on two engines of Docker $version with $store', (kind) => {
  let world: StackWorld;
  let lab: Engine;

  beforeAll(async () => {
    lab = await startEngine({ ...kind, name: 'lab' });
    world = await makeStackWorld(() => startEngine(kind));
    await world.engine.docker(['context', 'create', 'lab', `--docker=host=${lab.host}`]);
    await declare();
    await world.expectExit(0, ['lock']);
    await world.converge();
  }, 120_000);
  afterAll(async () => {
    await lab?.stop();
    await world?.remove();
  });

  async function declare(env: JsonObject = {}): Promise<void> {
    const image = world.busybox.tagged;
    const service = { image, transport: 'http', port: 3001, health: { disabled: true }, env };
    const shared = {
      args: ['sleep', '1000'],
      networks: ['inner'],
      volumes: ['data:/data'],
      stopTimeout: '1s',
    };
    await world.write({
      servers: {
        here: { ...service, ...shared },
        there: { ...service, ...shared, engine: 'lab' },
        tool: { image, engine: 'lab', launch: 'direct', args: ['cat'] },
        plain: { command: 'true', env },
      },
      networks: { inner: {} },
      volumes: { data: {} },
    });
  }

  it('has on each what its servers need, under addresses that say which', async () => {
    expect(await world.containers()).toEqual({ 'tools.here': 'running' });
    expect(await containersOf(lab)).toEqual({ 'tools.there': 'running' });
    for (const engine of [world.engine, lab]) {
      expect(await engine.docker(['volume', 'ls', '--quiet'])).toBe('tools.data');
      expect(await engine.docker(['network', 'ls', '--filter=type=custom', '--format={{.Name}}'])).toBe(
        'tools.inner',
      );
    }
    const { unchanged } = await world.plan();
    expect(unchanged.filter((address) => !address.includes('/image/'))).toEqual([
      'claude-code/user/here',
      'claude-code/user/plain',
      'claude-code/user/there',
      'claude-code/user/tool',
      'docker/container/here',
      'docker/network/inner',
      'docker/volume/data',
      'docker@lab/container/there',
      'docker@lab/network/inner',
      'docker@lab/volume/data',
    ]);
    expect(
      unchanged.filter((address) => address.includes('/image/')).map((each) => each.split('/')[0]),
    ).toEqual(['docker', 'docker@lab']);
  });

  it('has servers over stdio that the docker command starts on the engine of their context', async () => {
    const { command, args } = (await world.entries())['tool'] as {
      readonly command: string;
      readonly args: readonly string[];
    };
    expect([command, ...args.slice(0, 3)]).toEqual(['docker', '--context', 'lab', 'run']);
  });

  it('goes on where it can while one of them is down, and says what to do about that one', async () => {
    await lab.kill9();
    onTestFailed(() => lab.restart());
    await declare({ NEXT: '1' });
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
    const said = ran.stdout + ran.stderr;
    expect(said).toContain('ENGINE_UNAVAILABLE');
    expect(said).toMatch(/docker@lab/);
    expect(said).toMatch(/start the engine, or correct the Docker context "lab"/);
    const here = (await world.engine.ask('GET', '/containers/tools.here/json')).body;
    expect(here.Config.Env).toContain('NEXT=1');
    expect(await world.entries()).toMatchObject({ plain: { env: { NEXT: '1' } }, there: {}, tool: {} });
    const left = await world.planned();
    expect(left.every((line) => line.startsWith('conflict '))).toBe(true);
    expect(left.join('\n')).not.toMatch(/docker\/|user\/(?:here|plain)/);
    await lab.restart();
    await world.converge();
    const there = (await lab.ask('GET', '/containers/tools.there/json')).body;
    expect(there.Config.Env).toContain('NEXT=1');
  });

  it('touches nothing when another engine answers than the one that it was applied to', async () => {
    await declare({ NEXT: '2' });
    const before = [await world.containers(), await containersOf(lab)];
    const env = { DOCKER_HOST: lab.host };
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle'], { env });
    expect(ran.stdout + ran.stderr).toContain('ENGINE_CHANGED');
    expect(ran.stdout + ran.stderr).toMatch(/DOCKER_HOST/);
    expect([await world.containers(), await containersOf(lab)]).toEqual(before);
    const here = (await world.engine.ask('GET', '/containers/tools.here/json')).body;
    expect(here.Config.Env).toContain('NEXT=1');
    await world.converge();
    await world.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
    expect([await world.containers(), await containersOf(lab)]).toEqual([{}, {}]);
  });
});
