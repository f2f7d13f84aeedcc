import { describe, expect, it } from 'vitest';
import { normalizeRemote, readGitFacts } from '../../src/engine/git-facts.ts';
import { memorySystem } from '../../src/system/memory.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'fedcba9876543210fedcba9876543210fedcba98';

describe('a remote', () => {
  it.each([
    ['https://git.example/team/tools.git', 'git.example/team/tools'],
    ['https://me:token@Git.Example/team/tools/', 'git.example/team/tools'],
    ['ssh://git@git.example/team/tools.git', 'git.example/team/tools'],
    ['git@git.example:team/tools.git', 'git.example/team/tools'],
    ['git.example:team/tools', 'git.example/team/tools'],
    ['ssh://git@git.example:2222/team/tools', 'git.example:2222/team/tools'],
    ['/srv/git/tools.git', '/srv/git/tools'],
    ['file:///srv/git/tools.git', '/srv/git/tools'],
  ])('%s has one spelling, without credentials', (url, spelling) => {
    expect(normalizeRemote(url)).toBe(spelling);
  });
});

describe('what is known of a repository', () => {
  const facts = (tree: Record<string, string>, folder: string) =>
    readGitFacts(folder, memorySystem({ tree: { '/w/deep/': '', ...tree } }).files);

  it('is nothing outside of one', async () => {
    expect(await facts({}, '/w/deep')).toBeNull();
  });

  it('is root, origin and commit, from its files alone', async () => {
    const config = `[core]\n\tbare = false\n[remote "upstream"]\n\turl = https://no.example/x\n[remote "origin"]\n\turl = https://a:b@git.example/x.git\n`;
    const tree = { '/w/.git/HEAD': 'ref: refs/heads/main\n', '/w/.git/config': config };
    const expected = { root: '/w', mainRoot: '/w', remote: 'git.example/x' };
    expect(await facts({ ...tree, '/w/.git/refs/heads/main': `${COMMIT}\n` }, '/w/deep')).toEqual({
      ...expected,
      revision: COMMIT,
    });
    const packed = `# pack-refs with: peeled\n${OTHER} refs/heads/other\n${COMMIT} refs/heads/main\n`;
    expect(await facts({ ...tree, '/w/.git/packed-refs': packed }, '/w')).toEqual({
      ...expected,
      revision: COMMIT,
    });
    expect(await facts(tree, '/w')).toEqual({ ...expected, revision: null });
    expect(await facts({ ...tree, '/w/.git/HEAD': `${OTHER}\n` }, '/w')).toEqual({
      ...expected,
      revision: OTHER,
    });
  });

  it('of a linked work tree is its own root and commit, and the origin of the main one', async () => {
    const tree = {
      '/w/.git': 'gitdir: /main/.git/worktrees/w\n',
      '/main/.git/worktrees/w/HEAD': `${COMMIT}\n`,
      '/main/.git/worktrees/w/commondir': '../..\n',
      '/main/.git/config': '[remote "origin"]\n\turl = git@git.example:x\n',
    };
    expect(await facts(tree, '/w/deep')).toEqual({
      root: '/w',
      mainRoot: '/main',
      remote: 'git.example/x',
      revision: COMMIT,
    });
  });

  it('never follows a reference out of the repository', async () => {
    const tree = { '/w/.git/HEAD': 'ref: refs/heads/../../../secret\n', '/w/secret': `${COMMIT}\n` };
    expect((await facts(tree, '/w'))?.revision).toBeNull();
  });
});
