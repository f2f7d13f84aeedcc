import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerInfo } from '../../src/providers/docker/api.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { CONNECTION_KINDS, type ConnectionWorld, makeConnectionWorld } from './connection-world.ts';

const never = new AbortController().signal;

describe.each(CONNECTION_KINDS)('containers of $name', (kind) => {
  describe.runIf(kind.canRun())('through the engine', () => {
    let world: ConnectionWorld;
    let engine: Engine;
    beforeAll(async () => {
      world = await makeConnectionWorld(kind);
      engine = world.engine;
    });
    afterAll(() => world?.remove());
    afterEach(async () => {
      const left = await engine.listContainers();
      await Promise.all(left.map(({ Id }) => engine.removeContainer(Id, { force: true })));
      expect(await engine.listContainers()).toEqual([]);
    });
    const stateOf = async (id: string): Promise<Partial<ContainerInfo['State']>> =>
      (await engine.inspectContainer(id))?.State ?? {};

    it('belong to an engine that says who it is, the same after it was started again', async () => {
      const identity = await engine.identity();
      const { body } = await world.bed.ask('GET', '/version');
      expect(identity).toMatchObject({
        kind: kind.isPodman ? 'podman' : 'docker',
        version: body.Version,
        apiVersion: body.ApiVersion,
        isRootless: false,
        store: kind.store,
      });
      expect(identity.id).toMatch(kind.isPodman ? /^podman:podman:\/.+\/data$/ : /^docker:[\w:/.-]{20,}$/);
      await world.bed.restart();
      expect(await engine.identity()).toEqual(identity);
    });

    it('are created, started, stopped and removed, and asked for twice as well', async () => {
      const id = await world.create('web', { Labels: { a: 'b' }, Env: ['A=1'] });
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect(await stateOf('web')).toMatchObject({ Status: 'created' });
      for (let times = 0; times < 2; times += 1) await engine.startContainer(id);
      expect(await stateOf(id)).toMatchObject({ Status: 'running', Running: true });
      const [listed] = await engine.listContainers();
      expect(listed).toMatchObject({ Id: id, Names: ['/web'], State: 'running', Labels: { a: 'b' } });
      for (let times = 0; times < 2; times += 1) await engine.stopContainer(id, 1);
      expect(await stateOf(id)).toMatchObject({ Status: 'exited' });
      await engine.restartContainer(id, 1);
      expect(await stateOf(id)).toMatchObject({ Status: 'running' });
      for (let times = 0; times < 2; times += 1) await engine.killContainer(id);
      expect(await stateOf(id)).toMatchObject({ Status: 'exited', ExitCode: 137 });
      for (let times = 0; times < 2; times += 1) await engine.removeContainer(id, { force: false });
      expect(await engine.inspectContainer(id)).toBeNull();
    });

    it('are paused and go on, twice as well, and are stopped while they are paused', async () => {
      const id = await world.run('web');
      for (let times = 0; times < 2; times += 1) await engine.pauseContainer(id);
      expect(await stateOf(id)).toMatchObject({ Status: 'paused' });
      for (let times = 0; times < 2; times += 1) await engine.unpauseContainer(id);
      expect(await stateOf(id)).toMatchObject({ Status: 'running' });
      await engine.pauseContainer(id);
      await engine.stopContainer(id, 1);
      expect(await stateOf(id)).toMatchObject({ Status: 'exited' });
    });

    it('are stopped by force when they do not listen', async () => {
      const deaf = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'];
      const id = await world.run('web', { Cmd: deaf, HostConfig: {} });
      await engine.stopContainer(id, 1);
      expect(await stateOf(id)).toMatchObject({ Status: 'exited', ExitCode: 137 });
    });

    it('are renamed, to what they are called already too', async () => {
      const id = await world.create('web');
      for (let times = 0; times < 2; times += 1) await engine.renameContainer(id, 'web.old');
      expect((await engine.inspectContainer('web.old'))?.Id).toBe(id);
      expect(await engine.inspectContainer('web')).toBeNull();
    });

    it('are changed in place, where the engine can', async () => {
      const id = await world.run('web', { HostConfig: { Memory: 64 << 20, MemorySwap: 64 << 20 } });
      const limits = { Memory: 128 << 20, MemorySwap: 128 << 20, NanoCpus: 5e8, PidsLimit: 50 };
      const changed = engine.updateContainer(id, { ...limits, RestartPolicy: { Name: 'unless-stopped' } });
      if (kind.isPodman) {
        await expect(changed).rejects.toMatchObject({
          code: 'ENGINE_REFUSED',
          hint: expect.stringContaining('Podman'),
        });
        return;
      }
      await changed;
      expect((await engine.inspectContainer(id))?.HostConfig).toMatchObject({
        ...limits,
        RestartPolicy: { Name: 'unless-stopped' },
      });
    });

    it('are waited for, until they end or nobody waits any more', async () => {
      const id = await world.run('web', { Cmd: ['sh', '-c', 'sleep 0.3; exit 3'] });
      expect(await engine.waitForContainer(id, never)).toBe(3);
      expect(await engine.waitForContainer(id, never)).toBe(3);
      const controller = new AbortController();
      const waiting = engine.waitForContainer(await world.run('other'), controller.signal);
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    });

    it('are removed by several at once, and everybody returns when they are gone', async () => {
      const id = await world.run('web');
      const three = Array.from({ length: 3 }, async () => {
        await engine.removeContainer(id, { force: true });
        return engine.inspectContainer(id);
      });
      expect(await Promise.all(three)).toEqual([null, null, null]);
    });

    it('take their anonymous volumes with them, and no others', async () => {
      await engine.createVolume({ Name: 'kept', Driver: 'local', DriverOpts: {}, Labels: {} });
      const Mounts = [
        { Type: 'volume', Target: '/anonymous' },
        { Type: 'volume', Source: 'kept', Target: '/kept' },
      ] as const;
      const id = await world.create('web', { HostConfig: { Mounts } });
      expect(await engine.listVolumes()).toHaveLength(2);
      await engine.removeContainer(id, { force: false });
      expect((await engine.listVolumes()).map(({ Name }) => Name)).toEqual(['kept']);
      await engine.removeVolume('kept');
    });

    it('have one name each, whoever asks first', async () => {
      const eight = await Promise.allSettled(Array.from({ length: 8 }, () => world.create('web')));
      const codes = eight.map((each) => (each.status === 'fulfilled' ? 'made' : each.reason.code)).sort();
      expect(codes).toEqual([...Array.from({ length: 7 }, () => 'ENGINE_NAME_TAKEN'), 'made']);
    });
  });
});
