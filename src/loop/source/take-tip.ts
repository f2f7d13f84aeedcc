import { shortHash } from '../../state/folder.ts';
import type { AgeLimits, ChainLink } from './choose-commit.ts';
import { sourceError } from './fail.ts';
import { type Tip, tipOf } from './find-tip.ts';
import type { GitOptions } from './git-source.ts';
import type { Mirror } from './open-mirror.ts';

/** How far back a commit that is old enough is looked for. */
const maxCommits = 10_000;

/**
 * Has the mirror hold the tip with its history, and says what it holds: the id (the remote may have moved on), and its
 * commits by first parents, newest first; of more than the first one only where ages are asked for.
 */
export async function takeTip(
  tip: Tip,
  { minCommitAgeMs = 0, verify }: AgeLimits & Pick<GitOptions, 'verify'>,
  mirror: Mirror,
): Promise<{ readonly id: string; readonly chain: readonly ChainLink[] }> {
  const ours = oursOf(tip);
  const find = async (): Promise<string | null> => {
    const { exitCode, stdout } = await mirror.attempt(['rev-parse', '--verify', '--end-of-options', ours]);
    return exitCode === 0 ? stdout.toString('utf8').trim() : null;
  };
  // Git moves a ref only when everything it needs is there, so what was fetched half is not found.
  if ((await find()) !== tip.id) await mirror.fetch([`+${tip.ref}:${ours}`]);
  const id = (await find()) ?? tip.id;
  const kind = (await mirror.read(['cat-file', '-t', id])).toString('utf8').trim();
  if (kind !== 'commit' && kind !== 'tag') {
    throw sourceError(
      'SOURCE_UNAVAILABLE',
      `"${tip.name}" is a ${kind}, not a commit`,
      'name a branch or a tag',
    );
  }
  // A signed tag vouches for the commit that it names, and for no other.
  const count = minCommitAgeMs > 0 && verify !== 'tag' ? maxCommits : 1;
  const chain = await readLinks(id, count, mirror);
  if (chain.length === 0) {
    throw sourceError('SOURCE_UNAVAILABLE', `"${tip.name}" does not name a commit`, 'name a branch or a tag');
  }
  return { id, chain };
}

/** Has the mirror hold a commit that was once taken from the tip, where it may have been made anew since. */
export async function takeAgain(commit: string, tip: Tip, mirror: Mirror): Promise<void> {
  const { exitCode } = await mirror.attempt(['cat-file', '-t', commit]);
  if (exitCode !== 0) await mirror.fetch([`+${tip.ref}:${oursOf(tip)}`]);
}

/** What was applied stays in the mirror when history was rewritten, and what nothing names is thrown away. */
export async function keepApplied(applied: string | null, of: string, mirror: Mirror): Promise<void> {
  // One that the mirror does not have cannot be kept.
  if (applied !== null) await mirror.attempt(['update-ref', `refs/applied/${shortHash(of)}`, applied]);
}

/** The tag that the mirror took last under a name, where it names that commit. */
export async function tagInMirror(ref: string, commit: string, mirror: Mirror): Promise<Tip | null> {
  const whole = ref.startsWith('refs/') ? ref : `refs/tags/${ref}`;
  const ours = oursOf({ ref: whole });
  const found = await mirror.attempt(['rev-parse', '--verify', '--end-of-options', ours]);
  if (found.exitCode !== 0 || (await readLinks(ours, 1, mirror))[0]?.id !== commit) return null;
  return tipOf(whole, found.stdout.toString('utf8').trim());
}

/** Commits by first parents, newest first, at most so many. */
export async function readLinks(from: string, count: number, mirror: Mirror): Promise<readonly ChainLink[]> {
  const args = [
    'rev-list',
    '--first-parent',
    '--timestamp',
    `--max-count=${count}`,
    '--end-of-options',
    from,
  ];
  return (await mirror.read(args)).toString('utf8').split('\n').flatMap(readLink);
}

function oursOf({ ref }: Pick<Tip, 'ref'>): string {
  return `refs/source/${shortHash(ref)}`;
}

function readLink(line: string): readonly ChainLink[] {
  const [, seconds, id] = /^(\d+) ([0-9a-f]{40,64})$/.exec(line) ?? [];
  return id === undefined ? [] : [{ id, committedMs: Number(seconds) * 1_000 }];
}
