import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storesFolder } from '../../src/launch/places.ts';
import { isPrepared, prepareLaunch } from '../../src/launch/prepare-launch.ts';
import { readStore } from '../../src/launch/store.ts';
import type { Context } from '../../src/model/context.ts';
import type { LaunchRecord } from '../../src/model/launch.ts';
import { CRASHING } from '../launch/crashing.ts';
import { ended, startExec } from '../launch/started.ts';
import { contextIn, makeWorld, placesOf, type World } from '../launch/world.ts';
import { resolveNpm } from '../resolve/npm/world.ts';
import { type NpmRegistry, npmRegistry } from '../support/npm-registry.ts';
import { packTarball } from '../support/npm-registry-tarball.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

describe('a server from an npm registry', () => {
  let registry: NpmRegistry;
  let world: World;
  let ctx: Context;
  let record: LaunchRecord;

  beforeEach(async () => {
    registry = await npmRegistry();
    world = await makeWorld();
    const env = { NPM_CONFIG_GLOBALCONFIG: join(world.home.folder, 'global-npmrc') };
    ctx = { ...contextIn(world.home), env: { ...world.home.env, ...env } };
    await writeFile(join(world.home.folder, '.npmrc'), `registry=${registry.url}\nfetch-retries=0\n`);
    registry.publish({ name: 'dep', version: '1.0.0', files: { 'index.js': 'module.exports = "dep"\n' } });
    registry.publish({
      name: '@acme/server',
      version: '1.2.3',
      files: { 'main.js': 'process.stdout.write(`${require("dep")} ${process.argv.slice(2)}`)\n' },
      manifest: { bin: { server: 'main.js' }, dependencies: { dep: '^1.0.0' } },
    });
    const { pin, tree } = await resolveNpm('@acme/server@^1', ctx);
    const { package: name, integrity, tree: digest } = pin;
    record = {
      formatVersion: 1,
      server: 'acme',
      pin: {
        package: name,
        ...(integrity === undefined ? {} : { integrity }),
        ...(digest === undefined ? {} : { tree: digest }),
      },
      bin: null,
      args: ['x'],
      loaderVariables: [],
    };
    await prepareLaunch({ record, tree }, ctx);
  });
  afterEach(async () => {
    await registry.close();
    await world.home.remove();
  });

  const exec = () => ended(startExec(world, placesOf(record, ctx).id, { env: ctx.env }));
  const loseStore = () => rename(placesOf(record, ctx).store.folder, join(world.home.folder, 'lost'));

  it('starts without asking anybody, once it is installed', async () => {
    registry.forget();
    expect((await exec()).stdout.toString()).toBe('dep x');
    expect(registry.asked).toEqual([]);
  });

  it('is installed again when its store has gone, and starts', async () => {
    await loseStore();
    // npm's own cache would do for it.
    await rm(ctx.folders.cache, { recursive: true, force: true });
    registry.forget();
    const { stdout, stderr } = await exec();
    expect({ stdout: stdout.toString(), stderr }).toEqual({ stdout: 'dep x', stderr: '' });
    expect(registry.asked.length).toBeGreaterThan(0);
    expect(await isPrepared(placesOf(record, ctx).id, ctx)).toBe(true);
    expect((await exec()).stdout.toString()).toBe('dep x');
  });

  it('is not started when its store has gone and the registry has other bytes now', async () => {
    await loseStore();
    await rm(ctx.folders.cache, { recursive: true, force: true });
    const evil = { name: 'dep', version: '1.0.0', files: { 'index.js': 'module.exports = "evil"\n' } };
    registry.replaceTarball(
      'dep',
      '1.0.0',
      packTarball({ 'package.json': JSON.stringify(evil), ...evil.files }),
    );
    const { code, stdout, stderr } = await exec();
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[RESOLVE_INTEGRITY]');
    expect(await readdir(storesFolder(ctx.folders.data))).toEqual([]);
  });

  it('says so when its store has gone and nobody can be asked', async () => {
    await loseStore();
    await rm(ctx.folders.cache, { recursive: true, force: true });
    await registry.close();
    const { code, stdout, stderr } = await exec();
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error\[RESOLVE_[A-Z]+\]: /);
    registry = await npmRegistry();
  });
});

describe('an installation that is killed', () => {
  let home: Home;
  let program: string;

  beforeAll(async () => {
    home = await throwawayHome();
    program = join(home.folder, 'install.mjs');
    await build({
      entryPoints: [fileURLToPath(import.meta.resolve('../launch/install-program.ts'))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      // What starts programs and speaks to registries is not needed here, and would load its libraries from there.
      external: ['*/client.ts', '*/installer.ts'],
      logLevel: 'error',
    });
  });
  afterAll(() => home.remove());

  const install = async (afterMs: number | null): Promise<string | number | null> => {
    const child = spawn(process.execPath, [program, home.folder, '400'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const timer = afterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), afterMs);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearTimeout(timer);
    return signal ?? code;
  };

  it('leaves a whole store or none, and the next one clears up', async () => {
    const ctx = contextIn(home);
    const { id, record, store } = placesOf(CRASHING, ctx);
    const world = { home } as World;
    const started = performance.now();
    expect(await install(null)).toBe(0);
    const wholeMs = performance.now() - started;
    const { content } = JSON.parse(await readFile(record, 'utf8'));
    let [killed, whole] = [0, 0];
    for (let round = 0; round < 40; round += 1) {
      await ctx.system.files.rename(store.folder, join(home.folder, `used-${round}`)).catch(() => {});
      if ((await install(Math.random() * wholeMs)) === 'SIGKILL') killed += 1;
      const state = readStore(store.folder, content);
      expect(['gone', 'good']).toContain(state.kind);
      if (state.kind !== 'good') continue;
      whole += 1;
      expect((await ended(startExec(world, id))).stdout.toString()).toBe('whole');
    }
    expect(killed).toBeGreaterThan(5);
    expect(whole).toBeLessThan(40);
    expect(await install(null)).toBe(0);
    expect((await ended(startExec(world, id))).stdout.toString()).toBe('whole');
    expect(await readdir(storesFolder(ctx.folders.data))).toHaveLength(1);
  });
});
