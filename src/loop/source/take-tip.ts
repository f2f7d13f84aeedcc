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

/**
 * What was applied stays in the mirror when history was rewritten, and what nothing names is thrown away: so does the tag
 * that vouches for it, until it is moved for good. `of`: the source.
 */
export async function keepApplied(
  applied: string | null,
  { tip, of }: { readonly tip: Tip; readonly of: string },
  mirror: Mirror,
): Promise<void> {
  if (applied === null) return;
  // One that the mirror does not have cannot be kept.
  await mirror.attempt(['update-ref', `refs/applied/${shortHash(of)}`, applied]);
  if (tip.kind === 'tag' && (await namedBy(oursOf(tip), mirror)) === applied) {
    await mirror.attempt(['update-ref', keptTagOf(of), oursOf(tip)]);
  }
}

/** The tag that the mirror took under a name, last or when that commit was applied, where it names that commit. */
export async function tagInMirror(
  ref: string,
  { commit, of }: { readonly commit: string; readonly of: string },
  mirror: Mirror,
): Promise<Tip | null> {
  const whole = ref.startsWith('refs/') ? ref : `refs/tags/${ref}`;
  for (const ours of [oursOf({ ref: whole }), keptTagOf(of)]) {
    if ((await namedBy(ours, mirror)) !== commit) continue;
    const found = await mirror.read(['rev-parse', '--verify', '--end-of-options', ours]);
    return tipOf(whole, found.toString('utf8').trim());
  }
  return null;
}

/** The commit that a ref of ours names, through tags; null when there is none. */
async function namedBy(ours: string, mirror: Mirror): Promise<string | null> {
  const found = await mirror.attempt(['rev-parse', '--verify', '--end-of-options', `${ours}^{commit}`]);
  return found.exitCode === 0 ? found.stdout.toString('utf8').trim() : null;
}

function keptTagOf(of: string): string {
  return `refs/applied-tags/${shortHash(of)}`;
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
