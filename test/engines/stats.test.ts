import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngines } from '../../src/engine/containers/engines.ts';
import { takeStats } from '../../src/engine/containers/take-stats.ts';
import type { Whereabouts } from '../../src/engine/containers/whereabouts.ts';
import type { Context } from '../../src/model/context.ts';
import { violations } from '../cli/schemas.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { mcpImage, requireImages } from '../support/mcp-image.ts';
import { loadMcpImage } from '../support/mcp-image-place.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { EVERY_ENGINE } from './every-engine.ts';

const MIB = 2 ** 20;
const write = (folder: string, megabytes: number): string =>
  `dd if=/dev/zero of=${folder}/x bs=1048576 count=${megabytes}`;

describe.each(EVERY_ENGINE)('figures from $name', ({ canRun, start }) => {
  describe.runIf(canRun() && requireImages())('', () => {
    let home: Home;
    let bed: RunningEngine;
    let ctx: Context;
    let image: string;

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

    async function serve(server: string, script: string, ...options: readonly string[]) {
      const name = `tools.${server}`;
      const run = ['run', '-d', '--init', `--name=${name}`, ...options, image, 'sh', '-c', script];
      return { server, engine: 'docker', name, id: (await bed.docker(run)).trim() };
    }

    /** What `docker stats` makes of the same answers. */
    async function askDocker(name: string) {
      const format = '{{.MemUsage}};{{.PIDs}}';
      const line = await bed.docker(['stats', '--no-stream', '--format', format, name]);
      const [, used, unit, pids] = /^([\d.]+)(\w)iB .*;(\d+)$/.exec(line.trim()) ?? [];
      return {
        memoryBytes: Number(used) * (unit === 'G' ? 2 ** 30 : unit === 'M' ? MIB : 1024),
        pids: Number(pids),
      };
    }

    it('are those of each container, against its own limits', async () => {
      const limits = ['--memory=64m', '--cpus=0.5', '--pids-limit=32'];
      const where: Whereabouts = {
        stack: 'tools',
        services: [
          await serve('busy', 'while :; do :; done', ...limits),
          await serve('ended', 'exit 3'),
          // Memory that is in use, and a file that the kernel keeps as long as it has room.
          await serve('idle', `${write('/dev/shm', 8)}; ${write('/tmp', 32)}; sleep 1000 & sleep 1000`),
          { server: 'never', engine: 'docker', name: 'tools.never', id: 'f'.repeat(64) },
        ],
        sessions: [],
        launches: new Set(),
      };
      await bed.docker(['wait', 'tools.ended']);
      await new Promise((done) => setTimeout(done, 1000));
      const { report } = await takeStats(where, null, openEngines(ctx), ctx);
      expect(violations('event#/$defs/statsReport', report)).toEqual([]);
      const [busy, ended, idle, never] = report.containers;

      expect(busy?.state).toBe('running');
      expect(busy?.cpu?.limitCores).toBe(0.5);
      // All of its half of a core, give or take what two looks of a busy machine are apart.
      expect(busy?.cpu?.percent).toBeGreaterThan(60);
      expect(busy?.cpu?.percent).toBeLessThan(140);
      expect(busy?.memory?.limitBytes).toBe(64 * MIB);
      expect(busy?.memory?.usedBytes).toBeLessThan(16 * MIB);
      expect(busy?.pids).toEqual({ current: 2, limit: 32 });
      expect(busy?.network).not.toBeNull();

      expect(ended).toMatchObject({ state: 'exited', cpu: null, memory: null, network: null, pids: null });

      expect(idle?.cpu?.limitCores).toBeNull();
      expect(idle?.cpu?.percent).toBeLessThan(20);
      expect(idle?.memory).toMatchObject({ limitBytes: null, percent: null });
      expect(idle?.memory?.usedBytes).toBeGreaterThan(7 * MIB);
      const said = await askDocker('tools.idle');
      expect(idle?.pids?.current).toBe(said.pids);
      expect(idle?.memory?.usedBytes).toBeGreaterThan(0.95 * said.memoryBytes);
      expect(idle?.memory?.usedBytes).toBeLessThan(1.05 * said.memoryBytes);

      expect(never).toMatchObject({ id: null, state: 'gone' });
    });

    it('say what the engine says of a check, where there is one', async () => {
      const name = 'tools.checked';
      const check = ['--health-cmd=exit 0', '--health-interval=500ms'];
      const service = await serve('checked', 'sleep 1000', ...check);
      const where: Whereabouts = { stack: 'tools', services: [service], sessions: [], launches: new Set() };
      const { report } = await takeStats(where, null, openEngines(ctx), ctx);
      const inspected = await bed.docker(['inspect', '--format', '{{.State.Health.Status}}', name]);
      expect(report.containers[0]?.health).toMatch(/^(?:starting|healthy)$/);
      expect(['starting', 'healthy']).toContain(inspected.trim());
    });
  });
});
