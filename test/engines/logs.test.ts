import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngines } from '../../src/engine/containers/engines.ts';
import { findContainers } from '../../src/engine/containers/find-containers.ts';
import { type LogRequest, readLogs } from '../../src/engine/containers/read-logs.ts';
import type { Whereabouts } from '../../src/engine/containers/whereabouts.ts';
import type { Context } from '../../src/model/context.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { mcpImage, requireImages } from '../support/mcp-image.ts';
import { loadMcpImage } from '../support/mcp-image-place.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { EVERY_ENGINE } from './every-engine.ts';

const LAUNCH = `chat-${'0a'.repeat(16)}`;
const all: LogRequest = { tail: null, follow: false, grep: null, secrets: [] };
const never = new AbortController().signal;

describe.each(EVERY_ENGINE)('logs from $name', ({ canRun, start }) => {
  describe.runIf(canRun() && requireImages())('', () => {
    let home: Home;
    let bed: RunningEngine;
    let ctx: Context;
    let image: string;
    let services: Whereabouts['services'] = [];

    beforeAll(async () => {
      home = await throwawayHome();
      bed = await start();
      image = await loadMcpImage(bed, mcpImage('busybox'));
      ctx = realContext(home, bed.env);
    });
    afterAll(async () => {
      await bed?.stop();
      await home?.remove();
    });

    /** Starts a service of the stack, which runs a line of shell. */
    async function serve(server: string, script: string, ...options: readonly string[]): Promise<void> {
      const name = `tools.${server}`;
      const run = ['run', '-d', '--init', `--name=${name}`, ...options, image, 'sh', '-c', script];
      const id = (await bed.docker(run)).trim();
      services = [...services, { server, engine: 'docker', name, id }];
    }

    async function find(server: string) {
      const where: Whereabouts = {
        stack: 'tools',
        services,
        sessions: [{ server: 'chat', engine: 'docker' }],
        launches: new Set([LAUNCH]),
      };
      return (await findContainers(where, server, openEngines(ctx), ctx)).containers;
    }

    async function read(server: string, change: Partial<LogRequest> = {}): Promise<readonly string[]> {
      const lines: string[] = [];
      for await (const { line } of readLogs(await find(server), { ...all, ...change }, never)) {
        lines.push(`${line.stream === 'stderr' ? '! ' : ''}${line.text}`);
      }
      return lines;
    }

    it('are both outputs in order, also of a server that has ended', async () => {
      const script =
        'echo one; sleep 1.2; echo two >&2; sleep 0.2; echo; printf "\\033[31mthree\\033[0m\\n"; echo end';
      await serve('short', script);
      await bed.docker(['wait', 'tools.short']);
      expect(await read('short')).toEqual(['one', '! two', '', 'three', 'end']);
      expect(await read('short', { tail: 2 })).toEqual(['three', 'end']);
      expect(await read('short', { grep: /^t/u })).toEqual(['! two', 'three']);
    });

    it('have times that the next look can start from', async () => {
      const [container] = await find('short');
      const times: string[] = [];
      const lines = readLogs(container === undefined ? [] : [container], all, never);
      for await (const { line } of lines) times.push(line.time);
      expect([...times].sort()).toEqual(times);
      expect(times.every((time) => !Number.isNaN(Date.parse(time)))).toBe(true);
      const since = Date.parse(times[1] as string) / 1000;
      // Podman tells whole seconds.
      expect((await read('short', { since })).at(0)).toBe('! two');
      expect(await read('short', { since: Date.now() / 1000 + 60 })).toEqual([]);
    });

    it('come as they are written until the server stops', async () => {
      await serve('slow', 'for n in 1 2 3; do echo $n; sleep 0.3; done; sleep 60');
      const seen: string[] = [];
      for await (const { line } of readLogs(await find('slow'), { ...all, follow: true }, never)) {
        seen.push(line.text);
        if (line.text === '3') void bed.docker(['kill', 'tools.slow']);
      }
      expect(seen).toEqual(['1', '2', '3']);
    });

    it('end when nobody wants them any more', async () => {
      await serve('endless', 'while :; do echo again; sleep 0.1; done');
      const stop = new AbortController();
      let lines = 0;
      for await (const _ of readLogs(await find('endless'), { ...all, follow: true }, stop.signal)) {
        lines += 1;
        if (lines === 3) stop.abort();
      }
      expect(lines).toBe(3);
    });

    it('of sessions are those of every client, each with whose it is', async () => {
      const { machineId } = await ctx.system.processes.identity();
      const labels = [`launch=${LAUNCH}`, 'server=chat', `machine=${machineId}`];
      const marked = labels.flatMap((label) => ['--label', `dev.mcpform.${label}`]);
      for (const word of ['first', 'second']) {
        await bed.docker([
          'run',
          '-d',
          '-i',
          '--init',
          ...marked,
          image,
          'sh',
          '-c',
          `echo ${word}; sleep 60`,
        ]);
      }
      await expect.poll(async () => [...(await read('chat'))].sort()).toEqual(['first', 'second']);
      const owners = (await find('chat')).map(({ kind }) => kind);
      expect(owners).toEqual(['session', 'session']);
    });

    it('are refused in words where the engine keeps none', async () => {
      await serve('silent', 'echo lost; sleep 60', '--log-driver=none');
      await expect(read('silent')).rejects.toMatchObject({
        code: 'ENGINE_LOG_UNREADABLE',
        hint: expect.stringContaining('driver: local'),
      });
    });

    it('are kept by the driver that is proposed then', async () => {
      const driver = EVERY_ENGINE.at(-1)?.start === start ? 'k8s-file' : 'local';
      await serve('kept', 'echo kept; sleep 60', `--log-driver=${driver}`);
      await expect.poll(() => read('kept')).toEqual(['kept']);
    });
  });
});
