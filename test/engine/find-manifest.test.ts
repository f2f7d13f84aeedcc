import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/engine/address-target.ts';
import { atPlaceOf } from '../../src/engine/at-place-of.ts';
import { findManifest } from '../../src/engine/find-manifest.ts';
import { entryAddress } from '../../src/model/address.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import { memorySystem } from '../../src/system/memory.ts';

describe('the manifest', () => {
  const find = (named: readonly string[], cwd: string, tree: Record<string, string>) =>
    findManifest(named, cwd, memorySystem({ tree: { '/repo/a/b/': '', ...tree } }).files);

  it('is what is named, from the working folder, in that order', async () => {
    expect(await find(['x.yaml', '../y.yaml', '/z.yaml'], '/repo/a', {})).toEqual([
      '/repo/a/x.yaml',
      '/repo/y.yaml',
      '/z.yaml',
    ]);
  });

  it('is the nearest one upwards inside the repository', async () => {
    const tree = { '/repo/.git/HEAD': '', '/repo/mcp.yaml': '', '/repo/a/mcp.yml': '' };
    expect(await find([], '/repo/a/b', tree)).toEqual(['/repo/a/mcp.yml']);
    expect(await find([], '/repo', tree)).toEqual(['/repo/mcp.yaml']);
  });

  it('is never looked for above the repository, nor above a folder that is in none', async () => {
    await expect(find([], '/repo/a', { '/repo/.git/HEAD': '', '/mcp.yaml': '' })).rejects.toMatchObject({
      code: 'MANIFEST_NOT_FOUND',
    });
    await expect(find([], '/repo/a', { '/repo/mcp.yaml': '' })).rejects.toMatchObject({
      code: 'MANIFEST_NOT_FOUND',
    });
  });
});

describe('an address', () => {
  const place = { files: ['/repo/deep/mcp.yaml'], root: '/repo' };

  it.each([
    ['claude-code/user/a', { client: 'claude-code', scope: 'user' }],
    ['claude-code/local/a', { client: 'claude-code', scope: 'local', folder: '/repo' }],
    ['claude-code/project/a', { client: 'claude-code', scope: 'project', folder: '/repo' }],
    [
      'claude-code/project:x/y/a',
      { client: 'claude-code', scope: 'project', folder: '/repo/deep/x/y', label: 'x/y' },
    ],
    [
      'claude-code/project:../z/a',
      { client: 'claude-code', scope: 'project', folder: '/repo/z', label: '../z' },
    ],
  ])('%s leads to its target and back', (address, target) => {
    const parsed = parseAddress(address, place);
    expect(parsed).toEqual({ target, name: 'a' });
    expect(entryAddress(parsed?.target ?? (target as never), 'a')).toBe(address);
  });

  it.each([
    '',
    'a',
    'claude-code/user',
    'claude-code/user/',
    'claude-code/everywhere/a',
    'claude-code/user:x/a',
  ])('"%s" is none', (text) => {
    expect(parseAddress(text, place)).toBeNull();
  });
});

describe('a manifest of another place', () => {
  it('is read with the folders of this one', () => {
    const manifest = (root: string): Manifest => ({
      name: 'tools',
      files: [`${root}/mcp.yaml`],
      root,
      servers: [
        { targets: [{ client: 'c', scope: 'user' }] },
        { targets: [{ client: 'c', scope: 'local', folder: root }] },
        { targets: [{ client: 'c', scope: 'project', folder: `${root}/x`, label: 'x' }] },
      ] as unknown as readonly Server[],
      secrets: {},
      networks: {},
      volumes: {},
      moved: [],
    });
    expect(atPlaceOf(manifest('/new'), manifest('/old'))).toEqual(manifest('/new'));
  });
});
