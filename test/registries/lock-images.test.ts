import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../cli/stage.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import { makeIndex, pushIndex } from '../support/registry-images.ts';

const BASE = 'mcp/everything';

describe('the lock of images, by the program itself', () => {
  let registry: RealRegistry;

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());
  beforeEach(() => push('2.0.0', 'one'));

  const push = (tag: string, seed: string): Promise<string> =>
    pushIndex(registry, BASE, makeIndex({ seed, created: '2026-01-02T03:04:05Z' }), tag);

  /** Block style, as Renovate wants it. */
  const manifest = (image: string): string => `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  everything:
    image: ${image}
    launch: direct
`;
  const onImage = <Result>(tag: string, work: (on: Stage) => Promise<Result>): Promise<Result> =>
    onStage(work, manifest(`${registry.host}/${BASE}${tag}`));

  it('is the index digest behind the tag, and what the client starts', () =>
    onImage(':2.0.0', async (on) => {
      const digest = await push('2.0.0', 'one');
      await on.expectExit(0, ['lock']);
      const image = `${registry.host}/${BASE}:2.0.0@${digest}`;
      expect(await on.read('project/mcp.lock.yaml')).toContain(`\n    image: ${image}\n`);
      await on.apply('--locked');
      const { args } = JSON.parse(await on.read('.claude.json')).mcpServers.everything;
      expect(args.slice(0, 4)).toEqual(['run', '-i', '--rm', '--init']);
      expect(args.at(-1)).toBe(image);
    }));

  it('stays when the tag moves, says so, and follows when it is told to', () =>
    onImage(':2.0.0', async (on) => {
      const old = await push('2.0.0', 'one');
      await on.apply();
      const next = await push('2.0.0', 'two');
      const kept = await on.expectExit(0, ['lock']);
      expect(kept.stderr).toContain('RESOLVE_TAG_MOVED');
      expect(await on.read('project/mcp.lock.yaml')).toContain(old);
      await on.expectExit(0, ['lock', '--check']);
      const { stdout } = await on.expectExit(0, ['lock', '--update', 'everything']);
      expect(stdout).toContain(`(sha256 ${old.slice(7, 19)}… -> ${next.slice(7, 19)}…)`);
      const plan = await on.expectExit(2, ['plan', '--detailed-exitcode']);
      expect(plan.stdout).toContain('because the lock pins something else');
    }));

  it('asks with nothing but one HEAD, and writes the same bytes, when nothing changed', () =>
    onImage(':2.0.0', async (on) => {
      await on.expectExit(0, ['lock']);
      const before = await on.read('project/mcp.lock.yaml');
      const since = registry.log.length;
      await on.expectExit(0, ['lock']);
      const asked = registry.log.slice(since).filter((line) => line.includes('/v2/'));
      expect(asked.map((line) => /"(\w+) /.exec(line)?.[1])).toEqual(['HEAD']);
      expect(await on.read('project/mcp.lock.yaml')).toBe(before);
    }));

  it('is not true when the registry no longer has it', () =>
    onImage(':2.0.0', async (on) => {
      await on.expectExit(0, ['lock']);
      const text = await on.read('project/mcp.lock.yaml');
      await on.write({
        'project/mcp.lock.yaml': text.replace(/@sha256:\w{64}/, `@sha256:${'0'.repeat(64)}`),
      });
      const { stderr } = await on.expectExit(1, ['lock', '--check']);
      expect(stderr).toContain('RESOLVE_NOT_FOUND');
      expect(stderr).toContain('mcp.lock.yaml:');
      await on.expectExit(0, ['lock', '--check', '--offline']);
    }));

  it.each([':latest', ''])(
    'warns of an image whose version nobody knows (%j), and refuses it with --locked',
    (tag) =>
      onImage(tag, async (on) => {
        await push('latest', 'one');
        await on.expectExit(0, ['lock']);
        expect((await on.expectExit(0, ['plan'])).stderr).toContain('warning[GRAPH_IMAGE_LATEST]');
        const { stderr } = await on.expectExit(1, ['plan', '--locked']);
        expect(stderr).toContain('error[GRAPH_IMAGE_LATEST]');
      }),
  );

  it('knows newer tags of the same shape', () =>
    onImage(':2.0.0', async (on) => {
      await on.expectExit(0, ['lock']);
      await push('2.1.0', 'newer');
      await push('2.2.0-alpine', 'other');
      const { stdout } = await on.expectExit(2, ['outdated', '--detailed-exitcode']);
      expect(stdout).toMatch(/everything .* 2\.0\.0@sha256:\w{12} .* 2\.1\.0@/);
      expect(stdout).not.toContain('alpine');
    }));
});
