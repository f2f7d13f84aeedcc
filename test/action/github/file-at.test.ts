import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { doubleRepository } from '../../support/github-double-state.ts';
import { githubBed, refusalOf } from './bed.ts';

const place = { owner: 'octo-org', repo: 'policies', path: 'teams/mcp policy.yaml', ref: 'main' };

async function bedWith(
  files: Parameters<typeof doubleRepository>[1],
): Promise<Awaited<ReturnType<typeof githubBed>>> {
  const bed = await githubBed();
  Object.assign(bed.double.world.repositories, { 'octo-org/policies': doubleRepository(2, files) });
  return bed;
}

describe('a file of another repository', () => {
  it('comes back with the same bytes, from the branch, tag or commit that was asked for', async () => {
    const bytes = randomBytes(300_000);
    const files = {
      [`${place.path}@main`]: bytes,
      [`${place.path}@feature/a&b`]: Buffer.from('kind: Policy\n'),
    };
    const { github } = await bedWith({ files });
    expect(Buffer.from(await github.fileAt(place)).equals(bytes)).toBe(true);
    expect(Buffer.from(await github.fileAt({ ...place, ref: 'feature/a&b' })).toString()).toBe(
      'kind: Policy\n',
    );
  });

  it('may be empty, and may have a mebibyte', async () => {
    const files = { 'a@main': new Uint8Array(0), 'b@main': new Uint8Array(1024 * 1024) };
    const { github } = await bedWith({ files });
    expect(await github.fileAt({ ...place, path: 'a' })).toHaveLength(0);
    expect(await github.fileAt({ ...place, path: 'b' })).toHaveLength(1024 * 1024);
  });

  it.each([
    ['a folder', 'dir', 'is a folder'],
    ['a link', 'symlink', 'is no file: symlink'],
    ['a submodule', 'submodule', 'is no file: submodule'],
    ['larger', new Uint8Array(1024 * 1024 + 1), 'has more than 1048576 bytes'],
  ] as const)('is refused when it is %s', async (_, file, words) => {
    const { github } = await bedWith({ files: { [`${place.path}@main`]: file } });
    expect(await refusalOf(github.fileAt(place))).toBe(
      `GITHUB_FILE_INVALID: file octo-org/policies:teams/mcp policy.yaml at main ${words}`,
    );
  });

  it.each([{ repo: 'elsewhere' }, { path: 'other.yaml' }, { ref: 'v9' }, { path: '%2e%2e/pulls' }])(
    'is not found when GitHub has none: %j',
    async (change) => {
      const { github } = await bedWith({ files: { [`${place.path}@main`]: Buffer.from('x') } });
      expect(await refusalOf(github.fileAt({ ...place, ...change }))).toMatch(
        'GITHUB_NOT_FOUND: file octo-org/',
      );
    },
  );

  it.each([
    { path: '../../../user' },
    { path: '/etc/passwd' },
    { path: 'a//b' },
    { path: 'a/./b' },
    { path: '' },
    { ref: '' },
    { owner: '..' },
    { repo: '..' },
    { repo: 'a/../../user' },
    { owner: 'octo-org?x' },
  ])('is asked for by no path that leads elsewhere: %j', async (change) => {
    const { github, double } = await bedWith({});
    expect(await refusalOf(github.fileAt({ ...place, ...change }))).toMatch('GITHUB_ADDRESS_INVALID');
    expect(double.asked).toEqual([]);
  });

  it('is refused when less comes than GitHub says', async () => {
    const { github, double } = await bedWith({});
    const data = { type: 'file', encoding: 'base64', content: 'eA==', size: 2 };
    double.fail(/GET/, { kind: 'answer', status: 200, data });
    expect(await refusalOf(github.fileAt(place))).toMatch(
      '"content" of the answer is not of the size it says',
    );
  });

  it('is refused above a mebibyte also when a server gives more', async () => {
    const { github, double } = await bedWith({});
    const bytes = Buffer.alloc(1024 * 1024 + 1);
    const data = { type: 'file', encoding: 'base64', content: bytes.toString('base64'), size: bytes.length };
    double.fail(/GET/, { kind: 'answer', status: 200, data });
    expect(await refusalOf(github.fileAt(place))).toMatch('GITHUB_FILE_INVALID');
  });
});
