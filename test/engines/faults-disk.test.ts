import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { mcpImage } from '../support/mcp-image.ts';
import { outcomesOf } from './support/outcomes.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

describe.each(ENGINE_KINDS)('a full disk on Docker $version with $store', (kind) => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine({ ...kind, diskBytes: 48 * 2 ** 20 }));
  }, 120_000);
  afterAll(async () => await world?.remove());

  it('is named, and what fits goes on', async () => {
    const large = await world.push(mcpImage('node'));
    const service = { transport: 'http', port: 3001, health: { disabled: true } };
    const small = { ...service, image: world.busybox.tagged, args: ['sleep', '1000'] };
    const write = (image: string) =>
      world.write({ servers: { small, large: { ...service, image, args: ['sleep', '1000'] } } });
    await write(large.tagged);
    await world.expectExit(0, ['lock']);
    const ran = await world.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--json']);
    expect(outcomesOf(ran)['docker/image/node']).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_DISK_FULL', hint: expect.stringContaining('docker system df') },
    });
    await world.expectExit(0, ['state', 'list']);
    await write(world.busybox.tagged);
    await world.expectExit(0, ['lock']);
    await world.converge();
    // Docker 20.10 goes on listing a container as it was before there was no room to write down how it is.
    for (const name of ['tools.small', 'tools.large']) {
      expect((await world.engine.ask('GET', `/containers/${name}/json`)).body.State.Status).toBe('running');
    }
  });
});
