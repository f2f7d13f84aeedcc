import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/model/context.ts';
import type { Installed } from '../../../src/model/launch.ts';
import type { PackagePin } from '../../../src/model/lock.ts';
import type { Resolution } from '../../../src/model/resolver.ts';
import { npmInstaller } from '../../../src/resolve/npm/installer.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { packLink, packTarball } from '../../support/npm-registry-tarball.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { emptyFolder, npmContext, resolveNpm } from './world.ts';

let home: Home;
let registry: NpmRegistry;
let ctx: Context;
let marker: string;

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry();
  ctx = await npmContext(home, [`registry=${registry.url}`]);
  marker = join(home.folder, 'somebody-ran-it');
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

const install = ({ pin, tree }: Resolution<PackagePin>, folder: string, context = ctx): Promise<Installed> =>
  npmInstaller.install({ pin, tree, folder }, context);

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const kinds = entries.map((entry) => (entry.isDirectory() ? null : `${entry.parentPath}/${entry.name}`));
  return kinds
    .filter((path) => path !== null)
    .map((path) => path.slice(folder.length + 1))
    .sort();
}

/** A package that leaves a mark when any line of it runs. */
function touching(path: string): {
  files: Record<string, string>;
  manifest: { scripts: Record<string, string> };
} {
  const code = `require('node:fs').writeFileSync(${JSON.stringify(path)}, '');`;
  const script = `node -e ${JSON.stringify(code)}`;
  return {
    files: { 'index.js': code, 'binding.gyp': '{}' },
    manifest: { scripts: { preinstall: script, install: script, postinstall: script, prepare: script } },
  };
}

describe('an installed tree', () => {
  it('has the files of all packages and nothing else, and says how to start the server', async () => {
    registry.publish({ name: 'dep', version: '1.0.0', files: { 'index.js': 'exports.a = 1;' } });
    registry.publish({
      name: '@acme/files',
      version: '1.0.0',
      manifest: { dependencies: { dep: '1' }, bin: 'dist/cli.js' },
      files: { 'dist/cli.js': '#!/usr/bin/env node\n' },
    });
    const folder = await emptyFolder(home, 'tree');
    const installed = await install(await resolveNpm('@acme/files', ctx), folder);
    expect(await filesBelow(folder)).toEqual([
      'node_modules/@acme/files/dist/cli.js',
      'node_modules/@acme/files/package.json',
      'node_modules/dep/index.js',
      'node_modules/dep/package.json',
    ]);
    expect(await readdir(folder)).toEqual(['node_modules']);
    expect(await readdir(join(folder, 'node_modules'))).toEqual(['@acme', 'dep']);
    expect(installed).toEqual({
      programs: { files: { kind: 'node', file: 'node_modules/@acme/files/dist/cli.js' } },
      main: 'files',
    });
  });

  it('has of optional packages only those for this machine, and asks for no others', async () => {
    const [here, there] = [process.platform, process.platform === 'linux' ? 'darwin' : 'linux'];
    registry.publish({ name: 'deep', version: '1.0.0' });
    for (const os of [here, there]) {
      const manifest = { os: [os], dependencies: os === there ? { deep: '1' } : {} };
      registry.publish({ name: `native-${os}`, version: '1.0.0', manifest });
    }
    const optionalDependencies = { [`native-${here}`]: '1.0.0', [`native-${there}`]: '1.0.0' };
    registry.publish({ name: 'server', version: '1.0.0', manifest: { optionalDependencies } });
    const resolution = await resolveNpm('server', ctx);
    registry.forget();
    const folder = await emptyFolder(home, 'tree');
    await install(resolution, folder);
    expect((await readdir(join(folder, 'node_modules'))).sort()).toEqual([`native-${here}`, 'server']);
    expect(registry.asked.map(({ path }) => path).filter((path) => path.includes(there))).toEqual([]);
  });

  it('has what packages bring along, and nests what must be nested', async () => {
    const inner = JSON.stringify({ name: 'inner', version: '9.0.0' });
    registry.publish({ name: 'inner', version: '1.0.0' });
    registry.publish({
      name: 'bundler',
      version: '1.0.0',
      manifest: { dependencies: { inner: '^9' }, bundleDependencies: ['inner'] },
      files: { 'node_modules/inner/package.json': inner },
    });
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { dependencies: { bundler: '1', inner: '1' } },
    });
    const folder = await emptyFolder(home, 'tree');
    await install(await resolveNpm('server', ctx), folder);
    expect(await filesBelow(folder)).toEqual([
      'node_modules/bundler/node_modules/inner/package.json',
      'node_modules/bundler/package.json',
      'node_modules/inner/package.json',
      'node_modules/server/package.json',
    ]);
  });

  it('has what a package shrinkwraps, from the registry and by its hash', async () => {
    registry.publish({ name: 'dep', version: '1.0.0' });
    registry.publish({ name: 'dep', version: '1.1.0' });
    const integrity = registry.integrityOf('dep', '1.0.0');
    const publish = (dep: object): void => {
      const packages = { '': {}, 'node_modules/dep': { version: '1.0.0', ...dep } };
      const shrinkwrap = { name: 'server', version: '1.0.0', lockfileVersion: 3, packages };
      registry.publish({
        name: 'server',
        version: '1.0.0',
        manifest: { dependencies: { dep: '^1' }, _hasShrinkwrap: true },
        files: { 'npm-shrinkwrap.json': JSON.stringify(shrinkwrap) },
      });
    };
    publish({ resolved: 'https://evil.example/dep.tgz', integrity });
    const folder = await emptyFolder(home, 'tree');
    await install(await resolveNpm('server', ctx), folder);
    const described = await readFile(
      join(folder, 'node_modules/server/node_modules/dep/package.json'),
      'utf8',
    );
    expect(JSON.parse(described)).toMatchObject({ version: '1.0.0' });
    publish({ resolved: 'https://evil.example/dep.tgz' });
    const unhashed = resolveNpm('server', await npmContext(home, [`registry=${registry.url}`]));
    await expect(unhashed).rejects.toMatchObject({ code: 'RESOLVE_NO_INTEGRITY' });
  });

  it('has no link, even when a tarball has one', async () => {
    const described = JSON.stringify({ name: 'server', version: '1.0.0' });
    const tarball = packLink('home', '/etc', { 'package.json': described, 'home/passwd': 'mine' });
    registry.publish({ name: 'server', version: '1.0.0', tarball });
    const folder = await emptyFolder(home, 'tree');
    await install(await resolveNpm('server', ctx), folder);
    const there = await lstat(join(folder, 'node_modules/server/home'));
    expect(there.isDirectory()).toBe(true);
  });

  it('stays inside of its folder', async () => {
    const described = JSON.stringify({ name: 'server', version: '1.0.0' });
    const tarball = packTarball({
      'package.json': described,
      '../../../../escaped': 'x',
      'a/../../../../b': 'x',
    });
    registry.publish({ name: 'server', version: '1.0.0', tarball });
    const folder = await emptyFolder(home, 'tree');
    await install(await resolveNpm('server', ctx), folder);
    expect(await filesBelow(folder)).toEqual(['node_modules/server/package.json']);
    expect(existsSync(join(home.folder, 'escaped'))).toBe(false);
  });

  it('is the same from another registry, and without any once it was fetched', async () => {
    registry.publish({ name: 'dep', version: '1.0.0', files: { 'index.js': '1' } });
    registry.publish({ name: 'server', version: '1.0.0', manifest: { dependencies: { dep: '1' } } });
    const resolution = await resolveNpm('server', ctx);
    await install(resolution, await emptyFolder(home, 'one'));
    await registry.close();
    const offline = await npmContext(home, [`registry=${registry.url}`]);
    await install(resolution, await emptyFolder(home, 'two'), offline);
    const texts = async (folder: string): Promise<readonly string[]> =>
      await Promise.all(
        (await filesBelow(join(home.folder, folder))).map((name) =>
          readFile(join(home.folder, folder, name), 'utf8'),
        ),
      );
    expect(await texts('two')).toEqual(await texts('one'));
    registry = await npmRegistry();
  });
});

describe('servers that are installed at once', () => {
  it('fetch once what they have in common', async () => {
    registry.publish({ name: 'dep', version: '1.0.0' });
    const names = ['a', 'b', 'c'];
    for (const name of names)
      registry.publish({ name, version: '1.0.0', manifest: { dependencies: { dep: '1' } } });
    const locked = await Promise.all(names.map((name) => resolveNpm(name, ctx)));
    registry.forget();
    const folders = await Promise.all(names.map((name) => emptyFolder(home, `tree-${name}`)));
    await Promise.all(locked.map((each, index) => install(each, folders[index] ?? '')));
    for (const folder of folders)
      expect(existsSync(join(folder, 'node_modules/dep/package.json'))).toBe(true);
    const tarballs = registry.asked.map(({ path }) => path).filter((path) => path.startsWith('dep/'));
    expect(tarballs).toEqual(['dep/-/dep-1.0.0.tgz']);
  });
});

describe('before a line of it runs', () => {
  it('no script of any package was run', async () => {
    registry.publish({ name: 'dep', version: '1.0.0', ...touching(marker) });
    const { files, manifest } = touching(marker);
    registry.publish({
      name: 'server',
      version: '1.0.0',
      files,
      manifest: { ...manifest, dependencies: { dep: '1' } },
    });
    await install(await resolveNpm('server', ctx), await emptyFolder(home, 'tree'));
    expect(existsSync(marker)).toBe(false);
  });

  it.each([
    ['server', 'dependencies'],
    ['dep', 'dependencies'],
    ['dep', 'optionalDependencies'],
  ])('another tarball of "%s" (%s) is refused, and nothing of it is left', async (name, field) => {
    registry.publish({ name: 'dep', version: '1.0.0' });
    registry.publish({ name: 'server', version: '1.0.0', manifest: { [field]: { dep: '1' } } });
    const resolution = await resolveNpm('server', ctx);
    const { files, manifest } = touching(marker);
    const described = JSON.stringify({ name, version: '1.0.0', ...manifest });
    registry.replaceTarball(name, '1.0.0', packTarball({ 'package.json': described, ...files }));
    const folder = await emptyFolder(home, 'tree');
    await expect(install(resolution, folder)).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: expect.stringContaining(
        `its content should have the integrity ${registry.integrityOf(name, '1.0.0')}, but has sha512-`,
      ),
    });
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
    expect(existsSync(marker)).toBe(false);
  });

  it('a registry that now says another integrity is refused', async () => {
    registry.publish({ name: 'server', version: '1.0.0' });
    const resolution = await resolveNpm('server', ctx);
    registry.publish({ name: 'server', version: '1.0.0', ...touching(marker) });
    await expect(
      install(
        resolution,
        await emptyFolder(home, 'tree'),
        await npmContext(home, [`registry=${registry.url}`]),
      ),
    ).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
      message: expect.stringContaining(
        `${resolution.pin.integrity}, but has ${registry.integrityOf('server', '1.0.0')}`,
      ),
    });
  });

  it('a package in the working directory is not looked at', async () => {
    registry.publish({ name: 'server', version: '1.0.0', files: { 'index.js': 'right' } });
    const planted = join(home.project, 'node_modules/server');
    await mkdir(planted, { recursive: true });
    await writeFile(join(planted, 'package.json'), JSON.stringify({ name: 'server', version: '1.0.0' }));
    await writeFile(join(planted, 'index.js'), 'evil');
    const before = process.cwd();
    process.chdir(home.project);
    try {
      const folder = await emptyFolder(home, 'tree');
      await install(await resolveNpm('server', ctx), folder);
      expect(await readFile(join(folder, 'node_modules/server/index.js'), 'utf8')).toBe('right');
    } finally {
      process.chdir(before);
    }
  });
});
