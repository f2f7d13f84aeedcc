import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import type { PruneReport } from '../../src/model/prune.ts';
import { violations } from '../cli/schemas.ts';
import { ENGINE_KINDS, requireEngine, startEngine } from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import { type Relay, relayTo } from '../support/engine-relay.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { mcpImage, requireImages, variantOf } from '../support/mcp-image.ts';
import type { PushedImage } from '../support/mcp-image-place.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const relays: Relay[] = [];
const kinds = [
  ...ENGINE_KINDS.map((kind) => ({
    name: `Docker ${kind.version} with ${kind.store}`,
    canRun: () => requireEngine(kind),
    start: (): Promise<RunningEngine> => startEngine(kind),
  })),
  {
    name: 'Podman',
    canRun: requirePodman,
    start: async (registry: string): Promise<RunningEngine> => {
      const podman = await startPodman({ insecureRegistries: [registry] });
      relays.push(await relayTo(podman, Number(registry.split(':')[1])));
      return podman;
    },
  },
];

describe.each(kinds)('images on $name', ({ canRun, start }) => {
  describe.runIf(canRun() && requireImages())('', () => {
    let world: StackWorld;
    let first: PushedImage;
    let second: PushedImage;

    beforeAll(async () => {
      world = await makeStackWorld(start);
      first = world.busybox;
      second = await world.push(
        variantOf(mcpImage('busybox'), '2.0.0', (config) => ({ ...config, User: '1' })),
      );
    }, 300_000);
    afterEach(async () => {
      await world.reset();
      for (const { pinned } of [first, second])
        await world.engine.docker(['rmi', '--force', bare(pinned)]).catch(() => '');
    });
    afterAll(async () => {
      for (const relay of relays.splice(0)) await relay.close();
      await world?.remove();
    });

    /** Without the tag, which Podman does not take beside a digest. */
    const bare = (pinned: string): string => pinned.replace(/:[^:/@]+@/, '@');

    const short = ({ tagged, digest }: PushedImage): string => `${tagged} (sha256 ${digest.slice(7, 19)}…)`;

    async function has({ pinned }: PushedImage): Promise<boolean> {
      return await world.engine.docker(['image', 'inspect', bare(pinned)]).then(
        () => true,
        () => false,
      );
    }

    async function declare({ tagged }: PushedImage, more: object = {}): Promise<void> {
      const chat = { image: tagged, args: ['sleep', '1000'], ...more };
      await world.write({ servers: { chat } });
      await world.expectExit(0, ['lock']);
    }

    async function prunable(): Promise<PruneReport> {
      const { stdout } = await world.expectExit(0, ['images', 'prune', '--dry-run', '--json']);
      const events = stdout
        .trim()
        .split('\n')
        .map((line): Event => JSON.parse(line));
      expect(events.flatMap((event) => violations('event', event))).toEqual([]);
      const found = events.find((event) => event.kind === 'prune.found');
      if (found === undefined) throw new Error(stdout);
      return found.report;
    }

    const records = (): string => join(world.home.folder, '.local/share/mcpform/images');

    /** As if all had been pulled two hours ago. */
    async function age(): Promise<void> {
      for (const name of await readdir(records())) {
        const record = JSON.parse(await readFile(join(records(), name), 'utf8'));
        const time = new Date(Date.now() - 7_200_000).toISOString();
        await writeFile(join(records(), name), JSON.stringify({ ...record, time }));
      }
    }

    /** The oldest go in time; here at once. */
    async function forgetGenerations(...numbers: readonly number[]): Promise<void> {
      const folder = join(world.home.folder, '.local/state/mcpform/tools/generations');
      for (const number of numbers) await rm(join(folder, `${String(number).padStart(6, '0')}.json`));
    }

    it('are pulled by the lock, once, and then there already', async () => {
      await declare(first);
      expect(await has(first)).toBe(false);
      const pulled = await world.expectExit(0, ['images', 'pull']);
      expect(pulled.stdout).toBe(`+ ${short(first)} pulled\n\n1 pulled.\n`);
      expect(pulled.stderr).toContain(`${first.pinned} pulled\n`);
      expect(await has(first)).toBe(true);
      const again = await world.expectExit(0, ['images', 'pull', 'chat', '--json']);
      const events = again.stdout
        .trim()
        .split('\n')
        .map((line): Event => JSON.parse(line));
      expect(events.flatMap((event) => violations('event', event))).toEqual([]);
      expect(events.slice(1)).toMatchObject([
        { kind: 'pull.started', engine: 'docker', image: first.pinned, servers: ['chat'] },
        { kind: 'pull.finished', outcome: { result: 'current' } },
        { kind: 'run.finished', exitCode: 0 },
      ]);
      expect(await readdir(records())).toHaveLength(1);
    });

    it('that cannot be pulled are told, with the others still pulled: exit 5', async () => {
      await declare(first);
      const lock = join(world.home.project, 'mcp.lock.yaml');
      await world.write({
        servers: { chat: { image: first.tagged }, lost: { image: second.tagged }, open: { image: 'x:1' } },
      });
      const text = await readFile(lock, 'utf8');
      const gone = second.pinned.replace(/.{8}$/, '00000000');
      await writeFile(lock, `${text.trimEnd()}\n  lost:\n    image: ${gone}\n`);
      const { stdout } = await world.expectExit(5, ['images', 'pull']);
      expect(stdout).toContain(`+ ${short(first)} pulled`);
      expect(stdout).toContain('ENGINE_PULL_UNKNOWN');
      expect(stdout).toContain('! x:1 could not be pulled');
      expect(stdout).toContain('1 pulled, 2 failed.');
      expect(await has(first)).toBe(true);
    });

    it('stay as long as a lock, the books or a generation name them, and then go', async () => {
      await declare(first);
      await world.expectExit(0, ['images', 'pull']);
      await age();
      // The lock here, before anything was applied.
      expect(await prunable()).toMatchObject({ images: [], needed: 1 });
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
      await declare(second);
      // An apply pulls, too, and remembers it.
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
      await age();
      expect(await readdir(records())).toHaveLength(2);
      expect(await prunable()).toMatchObject({ images: [], needed: 2 });
      await declare(second, { args: ['sleep', '2000'] });
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
      expect(await prunable()).toMatchObject({ images: [], needed: 2 });
      // The second one still says what was there before it.
      await forgetGenerations(1, 2);
      const report = await prunable();
      expect(report).toMatchObject({ needed: 1, images: [{ engine: 'docker', kept: null }] });
      expect(report.images[0]?.bytes).toBeGreaterThan(500_000);
      expect(await has(first)).toBe(true);

      const refused = await world.expectExit(3, ['images', 'prune']);
      expect(refused.stdout).toContain(`- ${short(first).replace(/:[\d.]+ /, ' ')}`);
      expect(await has(first)).toBe(true);
      const { stdout } = await world.expectExit(0, ['images', 'prune', '--auto-approve']);
      expect(stdout).toMatch(/^1 removed, up to [\d.]+ MB freed\.$/m);
      expect([await has(first), await has(second)]).toEqual([false, true]);
      expect(await prunable()).toMatchObject({ images: [], needed: 1 });
      expect(await readdir(records())).toHaveLength(1);
      await world.expectExit(0, ['plan', '--detailed-exitcode']);
    });

    it('stay when a container is made from them, or somebody gave them a tag', async () => {
      await declare(first);
      await world.expectExit(0, ['images', 'pull']);
      await age();
      await rm(join(world.home.project, 'mcp.lock.yaml'));
      await world.engine.docker(['create', '--name=theirs', bare(first.pinned), 'true']);
      expect((await prunable()).images).toMatchObject([{ kept: 'in-use' }]);
      await world.engine.docker(['rm', 'theirs']);
      expect((await prunable()).images).toMatchObject([{ kept: null }]);
      await world.engine.docker(['tag', bare(first.pinned), 'mine:1']);
      expect((await prunable()).images).toMatchObject([{ kept: 'tagged' }]);
      await world.engine.docker(['rmi', 'mine:1']);
    });

    it('that were there before mcpform are not its to remove', async () => {
      await world.engine.docker(['pull', '--quiet', bare(first.pinned)]);
      await declare(first, { transport: 'http', port: 80, health: { disabled: true } });
      await world.expectExit(0, ['images', 'pull']);
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
      await world.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
      await rm(join(world.home.project, 'mcp.lock.yaml'));
      expect(await prunable()).toMatchObject({ images: [], needed: 0 });
      expect(await has(first)).toBe(true);
    });

    it('that an apply pulled for a service are its to remove once it is gone from history', async () => {
      await declare(first, { transport: 'http', port: 80, health: { disabled: true } });
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
      await age();
      expect(await prunable()).toMatchObject({ images: [], needed: 1 });
      await world.write({ servers: { other: { command: 'true' } } });
      await world.expectExit(0, ['lock']);
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle', '--allow-destroy']);
      await world.write({ servers: { other: { command: 'false' } } });
      await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
      await forgetGenerations(1, 2);
      expect((await prunable()).images).toMatchObject([
        { image: expect.stringContaining('busybox'), kept: null },
      ]);
      await world.expectExit(0, ['images', 'prune', '--auto-approve']);
      expect(await has(first)).toBe(false);
    });
  });
});
