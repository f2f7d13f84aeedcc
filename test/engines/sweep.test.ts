import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launcherLabels } from '../../src/launch/docker/labels.ts';
import type { MachineIdentity } from '../../src/model/system.ts';
import { realProcesses } from '../../src/system/real-processes.ts';
import { ENGINE_KINDS, type Engine, startEngine } from '../support/engine.ts';
import { requireEngine } from '../support/engine-config.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const WITH_IMAGE = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  thing: { image: "tools/thing:1" }
`;
const BUSYBOX = '/bin/busybox';
/** Ends when its input does, as a server should. */
const GOOD = ['cat'];
/** Does not: what leaks are made of. */
const BAD = ['sleep', '1000'];

describe.each(ENGINE_KINDS)('a sweep on Docker $version with $store', (kind) => {
  describe.runIf(requireEngine(kind))('', () => {
    let engine: Engine;
    let home: Home;
    const running = new Set<ChildProcess>();

    beforeAll(async () => {
      engine = await startEngine(kind);
      home = await throwawayHome();
      const tar = tarOfBusybox(join(home.folder, 'root'));
      for (const image of ['tools/thing:1', 'mcp/thing:1']) await engine.docker(['import', '-', image], tar);
    });
    afterEach(async () => {
      for (const child of running) child.kill('SIGKILL');
      running.clear();
      const { body } = await engine.ask('GET', '/containers/json?all=1');
      for (const { Id: id } of body) {
        // One whose input was closed just now may be on its way already.
        const gone = engine.ask('POST', `/containers/${id}/wait?condition=removed`);
        await engine.ask('DELETE', `/containers/${id}?force=1&v=1`);
        await gone;
      }
      for (const image of await imagesCalled('tools/committed')) await engine.docker(['rmi', image]);
    });
    afterAll(async () => {
      await engine?.stop();
      await home?.remove();
    });

    const imagesCalled = async (name: string): Promise<readonly string[]> =>
      (await engine.docker(['images', '--quiet', name])).split('\n').filter((id) => id !== '');

    /** Becomes `docker run` under its own number, as a launcher does; its input stays open. */
    async function launch(
      name: string,
      { image = 'tools/thing:1', command = BAD, identity = {} as Partial<MachineIdentity> | null } = {},
    ): Promise<ChildProcess> {
      const script = 'IFS= read -r args; eval "exec docker run -i --rm --init $args"';
      const env = { ...home.env, ...engine.env };
      const child = spawn('/bin/sh', ['-c', script], { env, stdio: ['pipe', 'ignore', 'ignore'] });
      running.add(child);
      const labels = identity === null ? {} : await labelsOf(child, identity);
      const words = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
      const line = ['--name', name, ...words, image, ...command].map((word) => `'${word}'`).join(' ');
      child.stdin?.write(`${line}\n`);
      await hasEvent(name, 'start');
      return child;
    }

    async function labelsOf({ pid = 0 }: ChildProcess, identity: Partial<MachineIdentity>) {
      const { inspect, identity: me } = realProcesses();
      const { startTime } = await inspect(pid);
      return launcherLabels(`github-${'0a'.repeat(16)}`, 'github', {
        ...(await me()),
        pid,
        startTime,
        ...identity,
      });
    }

    /** By the stream of events, which takes a name for the beginning of one. */
    async function hasEvent(name: string, event: 'start' | 'destroy'): Promise<void> {
      const filters = ['--filter', `container=${name}`, '--filter', `event=${event}`];
      const events = spawn('docker', ['events', '--since', '60s', ...filters], {
        env: { ...engine.env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(events.stdout, 'data');
      events.kill('SIGKILL');
    }

    async function kill9(child: ChildProcess): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'exit');
      running.delete(child);
    }

    const names = async (): Promise<readonly string[]> =>
      (await engine.docker(['ps', '--all', '--format', '{{.Names}}']))
        .split('\n')
        .filter((name) => name !== '')
        .sort();

    const run = async (exitCode: number, ...args: readonly string[]): Promise<string> => {
      const ran = await mcpform(args, home, { env: { ...engine.env } });
      expect(ran, ran.stdout + ran.stderr).toMatchObject({ exitCode });
      return ran.stdout;
    };

    it('removes what launchers left that were killed, and nothing that somebody may still use', async () => {
      const killed = [await launch('killed-1'), await launch('killed-2')];
      await launch('alive-bad');
      await launch('alive-good', { command: GOOD });
      const elsewhere = await launch('elsewhere', { identity: { machineId: 'd'.repeat(32) } });
      const hidden = await launch('hidden', { identity: { pidNamespace: 'pid:[1]' } });
      await launch('rebooted', { identity: { bootId: 'an-earlier-one' } });
      const foreign = await launch('foreign', { identity: null });
      const suspect = await launch('suspect', { identity: null, image: 'mcp/thing:1' });
      await engine.docker(['run', '-d', '--name', 'service', 'mcp/thing:1', ...BAD]);
      for (const child of [...killed, elsewhere, hidden, foreign, suspect]) await kill9(child);
      const before = await names();

      const shown = JSON.parse(await run(0, 'plan', '--sweep', '--json'));
      const found = shown.containers.map((each: { name: string; standing: string; because: string }) => [
        each.name,
        each.standing,
        each.because,
      ]);
      expect(Object.fromEntries(found.map(([name, ...rest]: string[]) => [name, rest]))).toEqual({
        'killed-1': ['leaked', 'ended'],
        'killed-2': ['leaked', 'ended'],
        rebooted: ['leaked', 'rebooted'],
        elsewhere: ['unknown', 'elsewhere'],
        hidden: ['unknown', 'hidden'],
        suspect: ['suspect', 'looks-like-mcp'],
      });
      expect(await names()).toEqual(before);

      expect(await run(0, 'apply', '--sweep', '--auto-approve')).toContain('3 removed.');
      const rest = before.filter((name) => !/^killed|^rebooted/.test(name));
      expect(await names()).toEqual(rest);
      await run(0, 'apply', '--sweep', '--auto-approve', '--older-than', '1h');
      expect(await names()).toEqual(rest);
      await run(0, 'apply', '--sweep', '--auto-approve', '--older-than', '0s');
      expect(await names()).toEqual(rest.filter((name) => name !== 'suspect'));
      expect(await run(0, 'apply', '--sweep', '--auto-approve')).toContain('No container to remove');
    });

    it('finds nothing of a server that ends with its input, however its launcher ended', async () => {
      await kill9(await launch('good', { command: GOOD }));
      await hasEvent('good', 'destroy');
      expect(await run(0, 'plan', '--sweep')).toBe('Nothing is left behind.\n');
    });

    it('removes one that was made and never started', async () => {
      const child = await launch('short', { command: GOOD });
      const labels = Object.entries(await labelsOf(child, {}));
      const words = labels.flatMap(([key, value]) => ['--label', `${key}=${value}`]);
      await engine.docker(['create', '-i', '--rm', '--name', 'made', ...words, 'tools/thing:1', 'cat']);
      expect(await run(0, 'plan', '--sweep')).toBe('Nothing is left behind.\n');
      await kill9(child);
      await run(0, 'apply', '--sweep', '--auto-approve');
      expect(await names()).not.toContain('made');
    });

    it('is not deceived by an image that was made of a container of ours', async () => {
      const child = await launch('origin');
      await engine.docker(['commit', 'origin', 'tools/committed:1']);
      await kill9(child);
      const args = ['run', '-d', '-i', '--name', 'by-hand', 'tools/committed:1', ...BAD];
      await engine.docker(args);
      const { containers } = JSON.parse(await run(0, 'plan', '--sweep', '--json'));
      expect(containers.map(({ name }: { name: string }) => name)).toEqual(['origin']);
    });

    it('stands in status where the manifest has images', async () => {
      await writeFile(join(home.project, 'mcp.yaml'), WITH_IMAGE);
      await kill9(await launch('listed'));
      const { leaked } = JSON.parse(await run(0, 'status', '--json'));
      expect(leaked).toMatchObject([{ name: 'listed', server: 'github', because: 'ended' }]);
    });
  });
});

/** A root of nothing but busybox, as `docker import` takes it. */
function tarOfBusybox(root: string): Buffer {
  mkdirSync(join(root, 'bin'), { recursive: true });
  cpSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const name of ['sh', 'cat', 'sleep']) symlinkSync('busybox', join(root, 'bin', name));
  return execFileSync('tar', ['--create', '--directory', root, '.'], { maxBuffer: 64 << 20 });
}
