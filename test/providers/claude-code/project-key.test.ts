import { describe, expect, it } from 'vitest';
import { existingKeys, findProjectKey, spellKey } from '../../../src/providers/claude-code/project-key.ts';
import { memoryWorld } from './world.ts';

type Tree = Parameters<typeof memoryWorld>[0];

const keyOf = (tree: Tree, folder: string): Promise<string | null> =>
  findProjectKey(folder, { files: memoryWorld(tree).system.files, platform: 'linux' });

/** A linked work tree as `git worktree add` leaves it; `main` is the git folder of the main repository. */
const worktree = (main: string, at: string, back = `${at}/.git`): NonNullable<Tree> => ({
  [`${main}/HEAD`]: 'ref: refs/heads/main\n',
  [`${main}/worktrees/w/commondir`]: '../..\n',
  [`${main}/worktrees/w/gitdir`]: `${back}\n`,
  [`${at}/.git`]: `gitdir: ${main}/worktrees/w\n`,
});

describe('the key of a project', () => {
  it.each<[string, Tree, string, string | null]>([
    ['is the folder itself outside a repository', { '/a/b/': '' }, '/a/b', '/a/b'],
    ['is the root of the repository', { '/a/.git/': '', '/a/b/c/': '' }, '/a/b/c', '/a'],
    ['is the nearest of nested repositories', { '/a/.git/': '', '/a/b/.git/': '' }, '/a/b', '/a/b'],
    ['has its links resolved', { '/l': { link: '/a' }, '/a/.git/': '' }, '/l', '/a'],
    ['takes a linked .git', { '/a/.git': { link: '/b/.git' }, '/b/.git/': '' }, '/a', '/a'],
    ['takes anything called .git', { '/a/.git': 'nonsense', '/a/b/': '' }, '/a/b', '/a'],
    ['is the main repository of a work tree', worktree('/main/.git', '/w'), '/w', '/main'],
    [
      'is that from a folder of the work tree too',
      { ...worktree('/main/.git', '/w'), '/w/sub/': '' },
      '/w/sub',
      '/main',
    ],
    ['is the git folder of a bare main repository', worktree('/bare.git', '/w'), '/w', '/bare.git'],
    [
      'follows relative paths',
      {
        ...worktree('/main/.git', '/w', '../../../../w/.git'),
        '/w/.git': 'gitdir: ../main/.git/worktrees/w\n',
      },
      '/w',
      '/main',
    ],
    ['does not believe a copy of a work tree', worktree('/main/.git', '/w', '/original/.git'), '/w', '/w'],
    [
      'is its own root in a submodule',
      { '/a/.git/': '', '/a/.git/modules/s/': '', '/a/s/.git': 'gitdir: ../.git/modules/s\n' },
      '/a/s',
      '/a/s',
    ],
    ['does not exist for a folder that does not', {}, '/gone', null],
  ])('%s', async (_, tree, folder, expected) => {
    expect(await keyOf(tree, folder)).toBe(expected);
  });

  it('has forward slashes on Windows', () => {
    expect(spellKey('C:\\Users\\Ann', 'win32')).toBe('C:/Users/Ann');
    expect(spellKey('/a\\b', 'linux')).toBe('/a\\b');
  });

  it('is found in another spelling on Windows only', () => {
    const projects = { 'c:/users/ann': {}, 'C:/Users/Ann': {}, 'C:/Other': {} };
    expect(existingKeys(projects, 'C:/Users/Ann', 'win32')).toEqual(['C:/Users/Ann', 'c:/users/ann']);
    expect(existingKeys(projects, 'C:/USERS/ann', 'win32')).toEqual(['c:/users/ann', 'C:/Users/Ann']);
    expect(existingKeys(projects, 'C:/USERS/ann', 'linux')).toEqual([]);
    expect(existingKeys(projects, 'constructor', 'linux')).toEqual([]);
    expect(existingKeys(undefined, 'a', 'linux')).toEqual([]);
  });
});
