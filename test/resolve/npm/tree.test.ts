import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeDigest } from '../../../src/lock/tree-file.ts';
import type { Context } from '../../../src/model/context.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { PackagePin } from '../../../src/model/lock.ts';
import { npmInstaller } from '../../../src/resolve/npm/installer.ts';
import { readTree } from '../../../src/resolve/npm/read-tree.ts';
import { npmResolver } from '../../../src/resolve/npm/resolver.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { emptyFolder, npmContext, resolveNpm } from './world.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const root = { integrity, version: '1.0.0' };

function treeOf(packages: JsonObject, more: JsonObject = {}): string {
  const project = { dependencies: { server: '1.0.0' } };
  return JSON.stringify({
    lockfileVersion: 3,
    packages: { '': project, ...packages },
    requires: true,
    ...more,
  });
}

describe('the text of a tree', () => {
  it('is read as it is printed', () => {
    const text = treeOf({
      'node_modules/server': root,
      'node_modules/@acme/a.b': { integrity, version: '1.0.0-rc.1+build', name: 'real' },
      'node_modules/server/node_modules/x': { inBundle: true, version: '0.0.1' },
    });
    expect(readTree(text)).toEqual({
      root: { name: 'server', version: '1.0.0', integrity },
      packages: new Map([
        ['node_modules/server', { name: 'server', version: '1.0.0', integrity }],
        ['node_modules/@acme/a.b', { name: 'real', version: '1.0.0-rc.1+build', integrity }],
        ['node_modules/server/node_modules/x', { name: 'x', version: '0.0.1', integrity: null }],
      ]),
    });
  });

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'it is not an object'],
    ['{"lockfileVersion":2}', 'it is not a package-lock of version 3'],
    ['{"lockfileVersion":3}', 'it has no packages'],
    [treeOf({}), '"server" is not locked to the version that its project needs'],
    [
      treeOf({ 'node_modules/server': { ...root, version: '1.0.1' } }),
      '"server" is not locked to the version',
    ],
    [treeOf({ 'node_modules/server': { ...root, name: 'other' } }), '"server" is not locked to the version'],
    [
      treeOf({ 'node_modules/server': { version: '1.0.0' } }),
      '"node_modules/server" has no sha512 integrity',
    ],
    [
      treeOf({ 'node_modules/server': { ...root, inBundle: true, integrity: 'x' } }),
      'has no sha512 integrity',
    ],
    [treeOf({ 'node_modules/server': { version: '1.0.0', inBundle: true } }), 'has no sha512 integrity'],
    [
      treeOf({ 'node_modules/server': { ...root, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' } }),
      'no sha512',
    ],
    [treeOf({ 'node_modules/server': { ...root, version: '^1' } }), 'has no exact version'],
    [treeOf({ 'node_modules/server': { ...root, version: '1.0.0/../..' } }), 'has no exact version'],
    [
      treeOf({ 'node_modules/server': { ...root, resolved: 'https://evil.example/x.tgz' } }),
      'has "resolved"',
    ],
    [treeOf({ 'node_modules/server': { ...root, link: true } }), 'has "link", which mcpform does not write'],
    [treeOf({ 'node_modules/server': { ...root, hasShrinkwrap: true } }), 'has "hasShrinkwrap"'],
    [treeOf({ 'node_modules/../x': root }), '"node_modules/../x" is not a place for a package'],
    [treeOf({ 'node_modules/a/../../x': root }), 'is not a place for a package'],
    [treeOf({ '../x': root }), 'is not a place for a package'],
    [treeOf({ 'packages/x': root }), 'is not a place for a package'],
    [treeOf({ 'node_modules/.bin': root }), 'is not a place for a package'],
    [treeOf({ 'node_modules/a\\b': root }), 'is not a place for a package'],
    [treeOf({ 'node_modules/server': { ...root, name: '../x' } }), 'has no valid name'],
    [
      treeOf({ 'node_modules/server': { ...root, dependencies: { a: { b: 1 } } } }),
      'has dependencies that are not',
    ],
    [treeOf({ 'node_modules/server': { ...root, os: 'linux; rm' } }), 'has an "os" that is not a list'],
    [treeOf({ 'node_modules/server': 'x' }), '"node_modules/server" is not an object'],
    [
      treeOf({ 'node_modules/server': root, '': { dependencies: { server: '1.0.0', evil: '1' } } }),
      'exactly one',
    ],
    [treeOf({ 'node_modules/server': root, '': { dependencies: { server: '1.0.0' }, x: 1 } }), 'exactly one'],
    [treeOf({ 'node_modules/server': root, '': {} }), 'its project needs nothing'],
  ])('is refused: %s', (text, why) => {
    expect(() => readTree(text)).toThrow(why);
  });
});

describe('with a registry', () => {
  let home: Home;
  let registry: NpmRegistry;
  let ctx: Context;

  beforeEach(async () => {
    home = await throwawayHome();
    registry = await npmRegistry();
    ctx = await npmContext(home, [`registry=${registry.url}`]);
    registry.publish({ name: 'dep', version: '1.0.0' });
    registry.publish({ name: 'server', version: '1.0.0', manifest: { dependencies: { dep: '1' } } });
  });

  afterEach(async () => {
    await registry.close();
    await home.remove();
  });

  async function locked(): Promise<{ pin: PackagePin; tree: string }> {
    const { pin, tree } = await resolveNpm('server', ctx);
    registry.forget();
    return { pin, tree: tree ?? '' };
  }

  const withTree = (pin: PackagePin, tree: string) => ({ pin: { ...pin, tree: treeDigest(tree) }, tree });

  it('a lock that lacks a dependency installs nothing, and asks nobody for it', async () => {
    const { pin, tree } = await locked();
    const { 'node_modules/dep': _, ...rest } = JSON.parse(tree).packages;
    const less = JSON.stringify({ ...JSON.parse(tree), packages: rest });
    const folder = await emptyFolder(home, 'tree');
    await expect(npmInstaller.install({ ...withTree(pin, less), folder }, ctx)).rejects.toMatchObject({
      code: 'RESOLVE_TREE',
      message: 'the locked tree of "server@1.0.0" lacks dependencies',
    });
    expect(registry.asked).toEqual([]);
  });

  it.each([
    [
      'edited',
      ({ pin, tree }: { pin: PackagePin; tree: string }) => ({ pin, tree: `${tree} ` }),
      'RESOLVE_INTEGRITY',
    ],
    ['lost', ({ pin }: { pin: PackagePin }) => ({ pin, tree: null }), 'RESOLVE_TREE'],
    [
      'of another integrity',
      ({ pin, tree }: { pin: PackagePin; tree: string }) => ({ pin: { ...pin, integrity }, tree }),
      'RESOLVE_INTEGRITY',
    ],
    [
      'of another version',
      ({ pin, tree }: { pin: PackagePin; tree: string }) => ({
        pin: { ...pin, package: 'npm:server@0.9.0' },
        tree,
      }),
      'RESOLVE_TREE',
    ],
  ])('a tree that is %s is not installed, and a check says so', async (_, change, code) => {
    registry.publish({ name: 'server', version: '0.9.0', tag: 'old' });
    const lock = change(await locked());
    const folder = await emptyFolder(home, 'tree');
    await expect(npmInstaller.install({ ...lock, folder }, ctx)).rejects.toMatchObject({ code });
    expect(registry.asked).toEqual([]);
    const findings = await npmResolver.check({ server: 'files', root: '/', ...lock }, ctx);
    expect(findings.map((finding) => finding.code)).toContain(code);
  });

  it('takes the line ends that Git gives on Windows', async () => {
    const { pin, tree } = await locked();
    const windows = tree.replaceAll('\n', '\r\n');
    const folder = await emptyFolder(home, 'tree');
    await npmInstaller.install({ pin, tree: windows, folder }, ctx);
    expect(await npmResolver.check({ server: 'files', pin, tree: windows, root: '/' }, ctx)).toEqual([]);
  });
});
