import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeDigest } from '../../../src/lock/tree-file.ts';
import type { Context } from '../../../src/model/context.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { readTree } from '../../../src/resolve/npm/read-tree.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext, resolveNpm } from './world.ts';

let home: Home;
let registry: NpmRegistry;
let ctx: Context;

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry();
  ctx = await npmContext(home, [`registry=${registry.url}`]);
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

/** A server with two dependencies, one of them twice. */
function publishServer(to: NpmRegistry): void {
  to.publish({ name: '@acme/files', version: '1.0.0', manifest: { dependencies: { glob: '^1.0.0' } } });
  to.publish({ name: 'glob', version: '1.0.0' });
  to.publish({ name: 'glob', version: '2.0.0', tag: 'next' });
  to.publish({
    name: '@acme/files',
    version: '1.2.0',
    manifest: { dependencies: { glob: '^2.0.0', walk: '~1.0.0' }, bin: 'cli.js', license: 'MIT' },
  });
  to.publish({ name: 'walk', version: '1.0.3', manifest: { dependencies: { glob: '1' } } });
  to.publish({ name: '@acme/files', version: '2.0.0-rc.1', tag: 'next' });
}

describe('a name', () => {
  beforeEach(() => publishServer(registry));

  it.each([
    ['@acme/files', '1.2.0', 'npm:@acme/files'],
    ['@acme/files@^1', '1.2.0', 'npm:@acme/files@^1'],
    ['@acme/files@<1.2', '1.0.0', 'npm:@acme/files@<1.2'],
    ['@acme/files@next', '2.0.0-rc.1', 'npm:@acme/files@next'],
    ['@acme/files@latest', '1.2.0', 'npm:@acme/files@latest'],
    ['@acme/files@1.0.0', '1.0.0', undefined],
    ['@acme/files@v1.0.0', '1.0.0', 'npm:@acme/files@v1.0.0'],
  ])('"%s" stands for %s', async (text, version, requested) => {
    registry.tag('@acme/files', 'latest', '1.2.0');
    const { pin, tree } = await resolveNpm(text, ctx);
    expect(pin).toEqual({
      kind: 'package',
      package: `npm:@acme/files@${version}`,
      ...(requested === undefined ? {} : { requested }),
      integrity: registry.integrityOf('@acme/files', version),
      tree: treeDigest(tree ?? ''),
    });
  });

  it('that no registry has is not found, and neither is a version', async () => {
    await expect(resolveNpm('nobody', ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
      message: `"nobody" from "127.0.0.1:${registry.port}": there is no such package, or it is shown to others only`,
    });
    await expect(resolveNpm('glob@7', ctx)).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    await expect(resolveNpm('glob@constructor', ctx)).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
  });

  it('that looks like a file of the working directory is not one', async () => {
    await expect(resolveNpm('glob@evil.tgz', ctx)).rejects.toMatchObject({ code: 'RESOLVE_SOURCE' });
  });

  it('for which the registry sends another package is refused', async () => {
    registry.amend('glob', '1.0.0', (release) => ({ ...release, name: 'evil' }));
    await expect(resolveNpm('glob@1.0.0', ctx)).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
  });
});

describe('the tree', () => {
  it('has every package with its integrity and place, and no address', async () => {
    publishServer(registry);
    registry.tag('@acme/files', 'latest', '1.2.0');
    const { tree } = await resolveNpm('@acme/files', ctx);
    const of = (name: string, version: string): string => registry.integrityOf(name, version);
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { '@acme/files': '1.2.0' } },
        'node_modules/@acme/files': {
          dependencies: { glob: '^2.0.0', walk: '~1.0.0' },
          integrity: of('@acme/files', '1.2.0'),
          version: '1.2.0',
        },
        'node_modules/glob': { integrity: of('glob', '2.0.0'), version: '2.0.0' },
        'node_modules/walk': {
          dependencies: { glob: '1' },
          integrity: of('walk', '1.0.3'),
          version: '1.0.3',
        },
        'node_modules/walk/node_modules/glob': { integrity: of('glob', '1.0.0'), version: '1.0.0' },
      },
      requires: true,
    };
    expect(tree).toBe(`${JSON.stringify(lock, null, 2)}\n`);
  });

  it('is the same text from another registry, whatever else that says', async () => {
    publishServer(registry);
    const other = await npmRegistry({ folder: 'npm/mirror/' });
    try {
      publishServer(other);
      other.amend('walk', '1.0.3', (release) => ({
        ...release,
        license: 'ISC',
        funding: 'https://x.example',
      }));
      const there = await npmContext(home, [`registry=${other.url}`]);
      const [one, two] = [
        await resolveNpm('@acme/files@1.2.0', ctx),
        await resolveNpm('@acme/files@1.2.0', there),
      ];
      expect(two).toEqual(one);
      expect(other.asked.length).toBeGreaterThan(0);
    } finally {
      await other.close();
    }
  });

  it('has the packages of all platforms, whatever this one is', async () => {
    const platforms = ['linux', 'darwin', 'win32', 'sunos'];
    const names = platforms.map((os) => `native-${os}`);
    for (const [index, name] of names.entries()) {
      registry.publish({ name, version: '1.0.0', manifest: { os: [platforms[index] ?? ''], cpu: ['x64'] } });
    }
    const optionalDependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
    registry.publish({ name: 'server', version: '1.0.0', manifest: { optionalDependencies } });
    const { tree, findings } = await resolveNpm('server', ctx);
    const { packages } = JSON.parse(tree ?? '') as { packages: Record<string, JsonObject> };
    for (const [index, name] of names.entries()) {
      expect(packages[`node_modules/${name}`]).toMatchObject({ optional: true, os: [platforms[index]] });
    }
    expect(findings).toEqual([]);
  });

  it('leaves out developers’ dependencies and optional peers, and has needed peers', async () => {
    registry.publish({ name: 'peer', version: '1.5.0' });
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: {
        devDependencies: { nobody: '1' },
        peerDependencies: { peer: '^1', missing: '1' },
        peerDependenciesMeta: { missing: { optional: true } },
      },
    });
    const { tree } = await resolveNpm('server', ctx);
    expect([...readTree(tree ?? '').packages.keys()]).toEqual(['node_modules/peer', 'node_modules/server']);
  });

  it('knows aliases by the name they stand for', async () => {
    registry.publish({ name: 'real', version: '3.0.0' });
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { dependencies: { other: 'npm:real@^3' } },
    });
    const { tree } = await resolveNpm('server', ctx);
    expect(readTree(tree ?? '').packages.get('node_modules/other')).toEqual({
      name: 'real',
      version: '3.0.0',
      integrity: registry.integrityOf('real', '3.0.0'),
    });
  });

  it('has what a package brings along, hashed with it', async () => {
    const inner = JSON.stringify({ name: 'inner', version: '9.0.0' });
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { dependencies: { inner: '^9' }, bundleDependencies: ['inner'] },
      files: { 'node_modules/inner/package.json': inner },
    });
    const { tree } = await resolveNpm('server', ctx);
    expect(readTree(tree ?? '').packages.get('node_modules/server/node_modules/inner')).toEqual({
      name: 'inner',
      version: '9.0.0',
      integrity: null,
    });
  });
});

describe('what cannot be locked', () => {
  it.each([
    'git+ssh://git@example.invalid/a/b.git',
    'github:acme/evil',
    'https://example.invalid/evil.tgz',
    'file:../evil',
    'file:../evil.tgz',
  ])('a dependency on "%s" is refused, an optional one too', async (spec) => {
    registry.publish({ name: 'needs', version: '1.0.0', manifest: { dependencies: { evil: spec } } });
    registry.publish({ name: 'takes', version: '1.0.0', manifest: { optionalDependencies: { evil: spec } } });
    for (const name of ['needs', 'takes']) {
      registry.publish({ name: 'server', version: '1.0.0', manifest: { dependencies: { [name]: '1' } } });
      const fresh = await npmContext(home, [`registry=${registry.url}`]);
      await expect(resolveNpm('server', fresh)).rejects.toMatchObject({ code: 'RESOLVE_SOURCE' });
    }
  });

  it.each([
    ['none', { integrity: '', shasum: '' }],
    ['only SHA-1', { integrity: '' }],
    ['a weak one', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
  ])('a dependency of whose hashes there is %s is refused', async (_, dist) => {
    registry.publish({ name: 'old', version: '1.0.0' });
    registry.publish({ name: 'server', version: '1.0.0', manifest: { dependencies: { old: '1' } } });
    registry.amend('old', '1.0.0', (release) => ({ ...release, dist: { ...release.dist, ...dist } }));
    await expect(resolveNpm('server', ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NO_INTEGRITY',
      message: '"old@1.0.0", which "server@1.0.0" depends on, has no sha512 integrity in its registry',
    });
  });

  it('an optional dependency that nobody has is left out, and said', async () => {
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { optionalDependencies: { 'native-x': '1.0.0' } },
    });
    const { tree, findings } = await resolveNpm('server', ctx);
    expect([...readTree(tree ?? '').packages.keys()]).toEqual(['node_modules/server']);
    expect(findings).toMatchObject([{ code: 'RESOLVE_OPTIONAL', severity: 'warning' }]);
  });

  it('an optional dependency that cannot be had just now is not left out', async () => {
    registry.publish({
      name: 'server',
      version: '1.0.0',
      manifest: { optionalDependencies: { 'native-x': '1.0.0' } },
    });
    registry.answer('native-x', (_, response) => void response.writeHead(503).end());
    await expect(resolveNpm('server', ctx)).rejects.toMatchObject({ code: 'RESOLVE_UNAVAILABLE' });
  });

  it('a package for another platform, and peers that contradict one another', async () => {
    registry.publish({ name: 'elsewhere', version: '1.0.0', manifest: { os: ['sunos'] } });
    await expect(resolveNpm('elsewhere', ctx)).rejects.toMatchObject({ code: 'RESOLVE_PLATFORM' });
    registry.publish({ name: 'a', version: '1.0.0' });
    registry.publish({ name: 'a', version: '2.0.0' });
    registry.publish({ name: 'b', version: '1.0.0', manifest: { peerDependencies: { a: '2' } } });
    registry.publish({ name: 'torn', version: '1.0.0', manifest: { peerDependencies: { a: '1', b: '1' } } });
    await expect(resolveNpm('torn', ctx)).rejects.toMatchObject({ code: 'RESOLVE_DEPENDENCIES' });
  });
});
