import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, LogLine, LogOptions } from '../../src/providers/docker/engine.ts';
import { BUSYBOX, CONNECTION_KINDS, type ConnectionWorld, makeConnectionWorld } from './connection-world.ts';

const never = new AbortController().signal;
const network = (Name: string) => ({
  Name,
  Driver: 'bridge',
  Internal: false,
  EnableIPv6: false,
  Options: {},
  Labels: { a: 'b' },
});
const volume = (Name: string) => ({ Name, Driver: 'local', DriverOpts: {}, Labels: { a: 'b' } });

describe.each(CONNECTION_KINDS)('what else $name has', (kind) => {
  describe.runIf(kind.canRun())('through the engine', () => {
    let world: ConnectionWorld;
    let engine: Engine;
    beforeAll(async () => {
      world = await makeConnectionWorld(kind);
      engine = world.engine;
    });
    afterAll(() => world?.remove());
    const namesOf = async (): Promise<readonly string[]> =>
      (await engine.listNetworks()).map(({ Name }) => Name);
    async function linesOf(id: string, options: Partial<LogOptions> = {}): Promise<readonly LogLine[]> {
      const lines: LogLine[] = [];
      for await (const line of engine.logs(id, { tail: null, ...options })) lines.push(line);
      return lines;
    }
    async function ran(name: string, script: string, more: object = {}): Promise<string> {
      const id = await world.run(name, { Cmd: ['sh', '-c', script], HostConfig: {}, ...more });
      await engine.waitForContainer(id, never);
      return id;
    }

    it('networks are made once, connected and disconnected twice, and kept while they are used', async () => {
      const id = await engine.createNetwork(network('tools'));
      expect((await engine.listNetworks()).find(({ Id }) => Id === id)).toMatchObject({
        Name: 'tools',
        Driver: 'bridge',
        Labels: { a: 'b' },
      });
      await expect(engine.createNetwork(network('tools'))).rejects.toMatchObject({
        code: 'ENGINE_NAME_TAKEN',
      });
      const web = await world.run('web');
      for (let times = 0; times < 2; times += 1) await engine.connectNetwork(id, web, ['www']);
      const { Networks } = (await engine.inspectContainer(web))?.NetworkSettings ?? {};
      expect(Networks?.['tools']?.Aliases).toContain('www');
      for (const name of [id, 'tools']) {
        await expect(engine.removeNetwork(name)).rejects.toMatchObject({ code: 'ENGINE_IN_USE' });
      }
      expect(await namesOf()).toContain('tools');
      for (let times = 0; times < 2; times += 1) await engine.disconnectNetwork(id, web);
      expect(
        Object.keys((await engine.inspectContainer(web))?.NetworkSettings?.Networks ?? {}),
      ).not.toContain('tools');
      for (let times = 0; times < 2; times += 1) await engine.removeNetwork(id);
      expect(await namesOf()).not.toContain('tools');
      await engine.disconnectNetwork(id, web);
      await expect(engine.connectNetwork(id, web, [])).rejects.toMatchObject({
        code: 'ENGINE_NETWORK_MISSING',
      });
      await engine.removeContainer(web, { force: true });
    });

    it('networks have one name each, also when several ask at once', async () => {
      const eight = await Promise.allSettled(
        Array.from({ length: 8 }, () => engine.createNetwork(network('busy'))),
      );
      const made = eight.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const codes = eight.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
      expect([made.length, new Set(codes)]).toEqual([1, new Set(['ENGINE_NAME_TAKEN'])]);
      expect((await namesOf()).filter((name) => name === 'busy')).toHaveLength(1);
      await engine.removeNetwork(made[0] as string);
    });

    it('volumes are made twice, kept while they are used, and removed twice', async () => {
      for (let times = 0; times < 2; times += 1) await engine.createVolume(volume('data'));
      expect(await engine.listVolumes()).toMatchObject([
        { Name: 'data', Driver: 'local', Labels: { a: 'b' } },
      ]);
      const Mounts = [{ Type: 'volume', Source: 'data', Target: '/data' }] as const;
      const id = await world.create('web', { HostConfig: { Mounts } });
      await expect(engine.removeVolume('data')).rejects.toMatchObject({ code: 'ENGINE_IN_USE' });
      await engine.removeContainer(id, { force: true });
      for (let times = 0; times < 2; times += 1) await engine.removeVolume('data');
      expect(await engine.listVolumes()).toEqual([]);
    });

    it('an image is listed and looked at, and one that is not there is null', async () => {
      const [listed] = await engine.listImages();
      const image = await engine.inspectImage(BUSYBOX);
      expect(image).toMatchObject({ Id: listed?.Id, Os: 'linux', Config: { Cmd: expect.anything() } });
      expect(await engine.inspectImage('nope:1')).toBeNull();
      await engine.removeImage('nope:1');
    });

    it('a log is whole lines of both outputs, with times', async () => {
      const id = await ran('log', 'echo one; echo two >&2; printf "three, no end"');
      const lines = await linesOf(id);
      const textsOf = (stream: string) =>
        lines.filter((line) => line.stream === stream).map(({ text }) => text);
      expect([textsOf('stdout'), textsOf('stderr')]).toEqual([['one', 'three, no end'], ['two']]);
      for (const { time } of lines) expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
      expect(await linesOf(id, { tail: 0 })).toEqual([]);
      expect(await linesOf(id, { since: Date.now() / 1000 + 100 })).toEqual([]);
      expect(await linesOf(id, { since: Math.floor(Date.now() / 1000) - 100 })).toHaveLength(3);
    });

    it('a line of a log that is longer than what the engine keeps at once is one line', async () => {
      const id = await ran('long', 'head -c 40000 /dev/zero | tr "\\0" x; echo; echo after');
      expect((await linesOf(id)).map(({ text }) => text.length)).toEqual([40_000, 5]);
    });

    it('a log of a terminal is one stream, though it looks like JSON', async () => {
      const id = await ran('terminal', `echo '{"a":1}'; echo err >&2`, { Tty: true });
      expect((await linesOf(id)).map(({ stream, text }) => [stream, text])).toEqual([
        ['stdout', '{"a":1}'],
        ['stdout', 'err'],
      ]);
    });

    it('a log is followed until it ends, or nobody reads it any more', async () => {
      const script = 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done';
      const id = await world.run('counting', { Cmd: ['sh', '-c', script], HostConfig: {} });
      const controller = new AbortController();
      const first: string[] = [];
      for await (const { text } of engine.logs(id, { tail: null, follow: true, signal: controller.signal })) {
        first.push(text);
        if (first.length === 2) controller.abort();
      }
      // What came at once with the second is still told.
      expect(first.slice(0, 2)).toEqual(['1', '2']);
      expect(first.length).toBeLessThan(8);
      for await (const { text } of engine.logs(id, { tail: 1, follow: true })) {
        if (Number(text) > 3) break;
      }
      const rest = await linesOf(id, { follow: true });
      expect(rest.map(({ text }) => text)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    });

    it('a log that goes elsewhere is ENGINE_REFUSED', async () => {
      const id = await ran('silent', 'echo x', { HostConfig: { LogConfig: { Type: 'none' } } });
      await expect(linesOf(id)).rejects.toMatchObject({
        code: 'ENGINE_REFUSED',
        hint: expect.stringContaining('`logging`'),
      });
    });

    it('what a container uses is measured, and what the processor did', async () => {
      const id = await world.run('busy', { Cmd: ['sh', '-c', 'while :; do :; done'], HostConfig: {} });
      const { cpu_stats: now, precpu_stats: before, memory_stats, pids_stats } = await engine.stats(id);
      const used = (now?.cpu_usage?.total_usage ?? 0) - (before?.cpu_usage?.total_usage ?? 0);
      const passed = (now?.system_cpu_usage ?? 0) - (before?.system_cpu_usage ?? 0);
      const processors = (used / passed) * (now?.online_cpus ?? 0);
      expect(processors).toBeGreaterThan(0.2);
      expect(processors).toBeLessThan(1.2);
      expect(memory_stats?.usage).toBeGreaterThan(10_000);
      expect(pids_stats?.current).toBeGreaterThan(0);
      await engine.killContainer(id);
      expect((await engine.stats(id)).memory_stats?.usage).toBeUndefined();
    });
  });
});
