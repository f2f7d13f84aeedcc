import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTrees } from '../../src/lock/check-trees.ts';
import { isTreeFileName, lockFolderOf, treeDigest, treeFileName } from '../../src/lock/tree-file.ts';
import type { Pin } from '../../src/model/lock.ts';
import { FILE, hex, imagePin, lockOf, npmPin, serverName, sri256 } from './locks.ts';

const npm = { package: 'npm:x@1.0.0' };

describe('the file of a tree', () => {
  it('is named after the server and in the ecosystem’s format, beside the lock', () => {
    expect(treeFileName('time', { package: 'pypi:x@1.0' })).toBe('time.requirements.txt');
    expect(treeFileName('files', npm)).toBe('files.npm.json');
    expect(treeFileName('git', { package: `git:https://x@${hex(1)}` })).toBe('git.npm.json');
    expect(treeFileName('bundle', { package: 'mcpb:x.mcpb' })).toBeNull();
    expect(lockFolderOf('/repo/mcp.lock.yaml')).toBe('mcp.lock.d');
    expect(lockFolderOf('/repo/team.lock.yml')).toBe('team.lock.d');
  });

  it('has a name of its own on disks that do not tell case apart, for any two servers', () => {
    expect(treeFileName('github', npm)).toBe('github.npm.json');
    expect(treeFileName('GitHub', npm)).toBe('github~10.npm.json');
    fc.assert(
      fc.property(serverName, serverName, (a, b) => {
        const [one = '', other = ''] = [treeFileName(a, npm), treeFileName(b, npm)];
        expect(one?.toLowerCase() === other?.toLowerCase()).toBe(a === b);
        expect(isTreeFileName(one ?? '')).toBe(true);
      }),
    );
    fc.assert(
      fc.property(serverName, fc.array(fc.boolean()), (name, capitals) => {
        const other = [...name].map((letter, at) => (capitals[at] ? letter.toUpperCase() : letter)).join('');
        expect(treeFileName(name, npm) === treeFileName(other, npm)).toBe(name === other);
      }),
    );
  });

  it.each(['con', 'nul', 'com1', 'LPT9', 'Aux'])('of a server named %s is no device on Windows', (name) => {
    expect(treeFileName(name, npm)).not.toMatch(/^(con|nul|com1|lpt9|aux)\./i);
  });

  it('has the same digest with the line ends of any system', () => {
    expect(treeDigest('a\r\nb\r\n')).toBe(treeDigest('a\nb\n'));
    expect(treeDigest('a\rb')).not.toBe(treeDigest('a\nb'));
    // printf 'a\nb\n' | sha256sum
    expect(treeDigest('a\nb\n')).toBe(
      'sha256:911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2',
    );
  });
});

describe('checkTrees', () => {
  const withTree = (pin: Pin, text: string): Pin => ({ ...pin, tree: treeDigest(text) }) as Pin;
  const lock = lockOf({
    files: withTree(npmPin('x', '1.0.0'), '{}\n'),
    time: withTree({ kind: 'package', package: 'pypi:x@1.0' }, 'x==1.0\n'),
    image: imagePin('redis', 1),
    bundle: { kind: 'package', package: 'mcpb:x.mcpb', integrity: sri256(1) },
  });
  const whole = new Map([
    ['files.npm.json', '{}\r\n'],
    ['time.requirements.txt', 'x==1.0\n'],
  ]);
  const check = (texts: ReadonlyMap<string, string>) =>
    checkTrees(lock, texts, FILE).map(({ code, message, at }) => ({ code, message, at }));

  it('finds nothing when every file is as the lock says, and leaves other files to their owners', () => {
    expect(check(whole)).toEqual([]);
    expect(check(new Map([...whole, ['README.md', '']]))).toEqual([]);
  });

  it('names a file that differs with both digests, and the fact in the lock', () => {
    expect(check(new Map([...whole, ['files.npm.json', '{ }\n']]))).toEqual([
      {
        code: 'LOCK_TREE_CHANGED',
        message: `"mcp.lock.d/files.npm.json", which pins the dependencies of "files", has digest "${treeDigest('{ }\n')}", and the lock says "${treeDigest('{}\n')}"`,
        at: { file: FILE, pointer: '/servers/files/tree' },
      },
    ]);
  });

  it('names a file that is missing', () => {
    expect(check(new Map([['files.npm.json', '{}\n']]))).toMatchObject([
      { code: 'LOCK_TREE_MISSING', message: expect.stringContaining('mcp.lock.d/time.requirements.txt') },
    ]);
  });

  it('names files that belong to no pin, also those of servers that need none', () => {
    const texts = new Map([...whole, ['old.npm.json', ''], ['image.npm.json', ''], ['time.npm.json', '']]);
    expect(check(texts).map(({ code, at }) => [code, at?.file])).toEqual([
      ['LOCK_TREE_STRAY', '/repo/mcp.lock.d/image.npm.json'],
      ['LOCK_TREE_STRAY', '/repo/mcp.lock.d/old.npm.json'],
      ['LOCK_TREE_STRAY', '/repo/mcp.lock.d/time.npm.json'],
    ]);
  });
});
