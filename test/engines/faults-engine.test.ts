import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { until } from './image-world.ts';
import { outcomesOf, resultsOf } from './support/outcomes.ts';
import { startMcpform } from './support/running.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const NOBODY = 65_534;
const APPLY = ['apply', '--auto-approve', '--no-settle', '--json'];

/** An engine that is not there, goes away, or will not have us; and runs of ours that end early or meet. */
describe.each(ENGINE_KINDS)('an apply on Docker $version with $store', (kind) => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
  }, 120_000);
  afterEach(async () => await world.reset());
  afterAll(async () => await world?.remove());

  async function declare(count: number, changes: Readonly<Record<string, Json>> = {}): Promise<void> {
    const server = {
      ...{ image: world.busybox.tagged, transport: 'http', port: 3001, args: ['sleep', '1000'] },
      ...{ health: { disabled: true }, stopTimeout: '1s', networks: ['inner'] },
      ...changes,
    };
    const servers = Object.fromEntries(names(count).map((name) => [name, server]));
    await world.write({ servers: { ...servers, bystander: { command: 'true' } }, networks: { inner: {} } });
    await world.expectExit(0, ['lock']);
  }

  const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `s${i}`);

  const all = (count: number, state = 'running'): Readonly<Record<string, string>> =>
    Object.fromEntries(names(count).map((name) => [`tools.${name}`, state]));

  /** Until so many containers have a name that fits. */
  const sees = (name: RegExp, count: number) =>
    until(
      async () => Object.keys(await world.containers()).filter((each) => name.test(each)).length >= count,
    );

  const isAlright = async (count: number): Promise<void> => {
    await world.converge();
    expect(await world.containers()).toEqual(all(count));
    expect(Object.keys(await world.entries()).sort()).toEqual(['bystander', ...names(count)].sort());
    const { stdout } = await world.expectExit(0, ['state', 'list']);
    expect(stdout.match(/docker\/container\//g)).toHaveLength(count);
  };

  it.each([
    ['makes containers', /^tools\.s\d$/, {}],
    ['replaces containers', /\.old$/, { env: { NEXT: '1' } }],
  ] as const)('goes on where it was when the engine was killed while it %s', async (_, sign, changes) => {
    await declare(8);
    if (Object.keys(changes).length > 0) await world.converge();
    await declare(8, changes);
    const { ended } = startMcpform(APPLY, world.home, { env: world.env });
    await sees(sign, 1);
    await world.engine.kill9();
    const ran = await ended;
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ exitCode: 5 });
    expect(Object.values(resultsOf(ran)).join()).toMatch(/failed ENGINE_/);
    expect(Object.keys(await world.entries())).toContain('bystander');
    const down = await world.run(['plan']);
    expect(down.stdout + down.stderr).toContain('ENGINE_UNAVAILABLE');
    await world.expectExit(0, ['state', 'list']);
    await world.engine.restart();
    await isAlright(8);
  });

  it('says which socket is not there, and writes what needs none', async () => {
    await declare(1);
    const socket = `${world.home.folder}/no.sock`;
    const env = { DOCKER_HOST: `unix://${socket}` };
    const plan = await world.expectExit(2, ['plan', '--detailed-exitcode'], { env });
    expect(plan.stdout).toMatch(/docker\/container\/s0 is in conflict/);
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle'], { env });
    expect(ran.stdout + ran.stderr).toContain('ENGINE_UNAVAILABLE');
    expect(ran.stdout + ran.stderr).toContain(socket);
    expect(Object.keys(await world.entries())).toEqual(['bystander']);
    await isAlright(1);
  });

  it('says that a user may not use the engine, and what to do', async () => {
    await declare(1);
    await giveHomeTo(NOBODY);
    await chmod(world.engine.socket, 0o600);
    const ran = await startMcpform(APPLY.slice(0, -1), world.home, { env: world.env, uid: NOBODY }).ended;
    const said = ran.stdout + ran.stderr;
    expect(ran, said).toMatchObject({ exitCode: 5 });
    expect(said).toContain('ENGINE_UNAVAILABLE');
    expect(said).toContain(world.engine.socket);
    expect(said).toMatch(/may not|permission/);
    const list = await startMcpform(['state', 'list'], world.home, { env: world.env, uid: NOBODY }).ended;
    expect(list).toMatchObject({ exitCode: 0 });
    await chmod(world.engine.socket, 0o666);
    const again = await startMcpform(APPLY, world.home, { env: world.env, uid: NOBODY }).ended;
    expect(again, again.stdout + again.stderr).toMatchObject({ exitCode: 0 });
    expect(await world.containers()).toEqual(all(1));
    await giveHomeTo(0);
  });

  async function giveHomeTo(uid: number): Promise<void> {
    for (const path of ['', ...(await readdir(world.home.folder, { recursive: true }))]) {
      await chown(join(world.home.folder, path), uid, uid);
    }
  }

  it('is one of two at once, and what comes of it is one', async () => {
    await declare(4);
    const two = [0, 1].map(() => startMcpform(APPLY, world.home, { env: world.env }).ended);
    const exitCodes = (await Promise.all(two)).map(({ exitCode }) => exitCode);
    expect([
      [0, 0],
      [0, 4],
    ]).toContainEqual(exitCodes.sort());
    await isAlright(4);
  });

  it('finishes what runs at the first Ctrl-C, and starts nothing more', async () => {
    await declare(12);
    const { child, ended } = startMcpform(APPLY, world.home, { env: world.env });
    await sees(/^tools\.s\d+$/, 1);
    child.kill('SIGINT');
    const ran = await ended;
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ exitCode: 130 });
    const results = outcomesOf(ran);
    const containers = Object.entries(results).filter(([address]) => address.includes('/container/'));
    const done = containers.filter(([, { result }]) => result === 'done').map(([address]) => address);
    expect(done.length).toBeGreaterThan(0);
    expect(containers.every(([, { result }]) => result === 'done' || result === 'skipped')).toBe(true);
    expect(resultsOf(ran)['claude-code/user/s11']).toMatch(/^skipped/);
    expect(await world.containers()).toEqual(
      Object.fromEntries(
        done.map((address) => [`tools.${address.slice('docker/container/'.length)}`, 'running']).sort(),
      ),
    );
    await isAlright(12);
  });

  it('leaves at once at the second, and the next one clears up', async () => {
    await declare(12);
    await world.converge();
    await declare(12, { env: { NEXT: '1' } });
    const { child, ended } = startMcpform(APPLY, world.home, { env: world.env });
    await sees(/\.old$/, 1);
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 130 });
    await world.expectExit(0, ['state', 'list']);
    await isAlright(12);
  });
});
