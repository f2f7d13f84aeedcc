import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirePodman } from '../support/engine-podman.ts';
import { type Relay, relayFrom } from '../support/engine-relay.ts';
import { freePort } from '../support/free-port.ts';
import { mcpImage } from '../support/mcp-image.ts';
import { makePodmanWorld } from './support/podman-world.ts';
import type { StackWorld } from './support/stack-world.ts';

const EVERYTHING = 'docker/container/everything';
const NAME = 'tools.everything';

/** A real server over HTTP on a real Podman, through the socket that speaks Docker's API. */
describe.runIf(requirePodman())('a stack on Podman', () => {
  let world: StackWorld;
  let relay: Relay;
  let port = 0;

  beforeAll(async () => {
    world = await makePodmanWorld();
    port = await freePort();
    relay = await relayFrom(world.engine, port);
    const { tagged } = await world.push(mcpImage('everything'));
    await world.write({
      servers: {
        everything: {
          ...{ image: tagged, transport: 'http', args: ['streamableHttp'], port: 3001, publish: port },
          ...{ resources: { memory: '256Mi' }, volumes: ['data:/data'], networks: ['inner'] },
          ...{ health: { startPeriod: '30s', timeout: '10s', interval: '500ms' }, labels: { of: 'us' } },
        },
      },
      networks: { inner: {} },
      volumes: { data: {} },
    });
    await world.expectExit(0, ['lock']);
  }, 300_000);
  afterAll(async () => {
    await relay?.close();
    await world?.remove();
  });

  it('is made, works, and needs nothing afterwards', async () => {
    await world.converge();
    expect(await world.containers()).toEqual({ [NAME]: 'running' });
    expect(await world.entries()).toMatchObject({ everything: { url: `http://127.0.0.1:${port}/mcp` } });
    expect((await world.expectExit(0, ['status'])).stdout).toContain('5 in-sync');
  });

  it.each([
    ['stop', ['stop', '--time=1', NAME], [`update ${EVERYTHING} drifted: /status drift`]],
    ['kill', ['kill', NAME], [`update ${EVERYTHING} drifted: /status drift`]],
    ['pause', ['pause', NAME], [`update ${EVERYTHING} drifted: /status drift`]],
    ['rename', ['rename', NAME, 'theirs'], [`update ${EVERYTHING} drifted: /name drift`]],
    [
      'network disconnect',
      ['network', 'disconnect', 'tools.inner', NAME],
      [`update ${EVERYTHING} drifted: /networks/tools.inner/aliases drift`],
    ],
    [
      'network connect',
      ['network', 'connect', 'podman', NAME],
      [`update ${EVERYTHING} drifted: /networks/default/aliases drift`],
    ],
    ['rm', ['rm', '--force', NAME], [`create ${EVERYTHING} missing`]],
  ] as const)('is put right after docker %s', async (_, command, expected) => {
    await world.engine.docker(command);
    expect(await world.planned()).toEqual(expected);
    await world.converge();
    expect(await world.containers()).toEqual({ [NAME]: 'running' });
  });

  it('is put right after somebody made the container anew in another way', async () => {
    await world.engine.docker(['rm', '--force', NAME]);
    const image = await world.engine.docker(['images', '--quiet']);
    await world.engine.docker([
      ...['run', '--detach', `--name=${NAME}`, '--network=tools.inner', '--privileged', '--env=MORE=1'],
      ...[image.split('\n')[0] ?? '', 'streamableHttp'],
    ]);
    const plan = await world.plan();
    expect(plan.steps).toMatchObject([{ address: EVERYTHING, action: 'replace', because: 'drifted' }]);
    const pointers = plan.steps.flatMap(({ paths }) => paths.map(({ pointer }) => pointer));
    expect(pointers).toEqual(
      expect.arrayContaining([
        '/env/MORE',
        '/security/privileged',
        '/labels/of',
        '/resources/memory',
        '/restart',
      ]),
    );
    await world.converge();
  });

  it('is removed as a whole, but for its data', async () => {
    await world.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
    expect(await world.containers()).toEqual({});
    expect(await world.engine.docker(['volume', 'ls', '--quiet'])).toBe('tools.data');
    expect(await world.entries()).toEqual({});
  });
});
