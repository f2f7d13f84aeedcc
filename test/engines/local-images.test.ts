import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_KINDS, startEngine } from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { mcpImage, variantOf } from '../support/mcp-image.ts';
import { loadMcpImage, pushMcpImage } from '../support/mcp-image-place.ts';
import { mcpform } from '../support/mcpform.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import type { Ran } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { writeFiles } from '../support/world.ts';

const busybox = mcpImage('busybox');
/** The same image, built anew: other content under the name that it had. */
const anew = variantOf(busybox, busybox.version, (config) => ({ ...config, Env: ['ANEW=1'] }));

const STARTS = [
  ...ENGINE_KINDS.map((kind) => [`${kind.version} with ${kind.store}`, () => startEngine(kind)] as const),
  ...(requirePodman() ? [['podman', () => startPodman()] as const] : []),
];

describe.each(STARTS)('an image with `pull: never`, on %s', (_, start) => {
  let engine: RunningEngine;
  let home: Home;
  let registry: RealRegistry;

  beforeAll(async () => {
    [engine, home, registry] = await Promise.all([start(), throwawayHome(), startRegistry()]);
    await declare('mcp/busybox:1.0.0');
  });

  afterAll(async () => {
    await Promise.all([engine?.stop(), home?.remove(), registry?.stop()]);
  });

  const declare = (image: string): Promise<void> =>
    writeFiles(home.project, {
      'mcp.yaml': {
        ...{ apiVersion: 'mcpform/v1', kind: 'Stack', name: 'tools' },
        servers: {
          box: {
            ...{ image, pull: 'never', transport: 'http', port: 80, args: ['sleep', '600'] },
            health: { disabled: true },
          },
        },
      },
    });
  const expectExit = async (exitCode: number, ...args: readonly string[]): Promise<Ran> => {
    const env = { ...engine.env, PATH: `${engine.env['PATH']}:${home.env['PATH']}` };
    const ran = await mcpform(args, home, { env });
    expect(ran, `mcpform ${args.join(' ')}\n${ran.stdout}${ran.stderr}`).toMatchObject({ exitCode });
    return ran;
  };
  const lockText = (): Promise<string> => readFile(join(home.project, 'mcp.lock.yaml'), 'utf8');
  const idOf = (image: string): Promise<string> =>
    engine.docker(['image', 'inspect', '--format={{.Id}}', image]);
  const running = (): Promise<string> =>
    engine.docker(['inspect', '--format={{.Image}} {{.State.Status}}', 'tools.box']);

  it('must be there before it is locked, whatever a registry has under its name', async () => {
    const pushed = await pushMcpImage(registry, busybox);
    const asked = registry.log.length;
    await declare(pushed.tagged);
    const { stdout } = await expectExit(5, 'lock');
    expect(stdout).toContain('[ENGINE_IMAGE_LOCAL]');
    expect(stdout).toContain('build it first');
    expect(registry.log.slice(asked)).toEqual([]);
    await declare('mcp/busybox:1.0.0');
  });

  it('is locked by the id that the engine has for it, and runs by that', async () => {
    const name = await loadMcpImage(engine, busybox);
    await expectExit(0, 'lock');
    const [text, id] = [await lockText(), await idOf(name)];
    expect(text).toContain(`    id: ${id}\n    localImage: ${name}\n`);
    await expectExit(0, 'lock');
    expect(await lockText()).toBe(text);
    expect((await expectExit(0, 'lock', '--check')).stderr).toBe('');
    const { stderr } = await expectExit(0, 'apply', '--auto-approve', '--no-settle', '--locked');
    expect(stderr).toContain('GRAPH_IMAGE_LOCAL');
    expect(await running()).toBe(`${id} running`);
    expect((await expectExit(0, 'plan', '--detailed-exitcode')).stdout).toContain('No changes');
    expect((await expectExit(0, 'outdated')).stdout).toContain('1 local image in no registry');
  });

  it('stays what was locked when its name comes to mean another, until it is locked again', async () => {
    const before = await idOf('mcp/busybox:1.0.0');
    await loadMcpImage(engine, anew);
    const after = await idOf('mcp/busybox:1.0.0');
    expect(after).not.toBe(before);
    for (const command of [
      ['plan', '--detailed-exitcode'],
      ['lock', '--check'],
      ['apply', '--auto-approve'],
    ]) {
      expect((await expectExit(0, ...command)).stderr).toContain('RESOLVE_TAG_MOVED');
    }
    expect(await running()).toBe(`${before} running`);

    expect((await expectExit(0, 'lock')).stdout).toContain('1 updated');
    const { stdout } = await expectExit(2, 'plan', '--detailed-exitcode');
    expect(stdout).toContain('docker/container/box will be replaced, because the lock pins something else');
    await expectExit(0, 'apply', '--auto-approve', '--no-settle');
    expect(await running()).toBe(`${after} running`);
    expect((await expectExit(0, 'plan', '--detailed-exitcode')).stdout).toContain('No changes');
  });

  it('is not looked for elsewhere when it is gone; what to do is said, and works', async () => {
    await engine.docker(['rm', '--force', 'tools.box']);
    await engine.docker(['rmi', '--force', await idOf('mcp/busybox:1.0.0')]);
    expect((await expectExit(1, 'lock', '--check')).stderr).toContain('ENGINE_IMAGE_LOCAL');
    const { stderr } = await expectExit(2, 'plan', '--detailed-exitcode');
    expect(stderr).toContain('does not have "mcp/busybox:1.0.0" as locked');
    const failed = await expectExit(5, 'apply', '--auto-approve', '--no-settle');
    expect(failed.stdout + failed.stderr).toContain('ENGINE_IMAGE_LOCAL');
    await loadMcpImage(engine, busybox);
    await expectExit(0, 'lock');
    await expectExit(0, 'apply', '--auto-approve', '--no-settle');
    expect(await running()).toBe(`${await idOf('mcp/busybox:1.0.0')} running`);
  });
});
