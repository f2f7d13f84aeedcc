import { isCommitId } from '../../resolve/git/repository.ts';
import { sourceError } from './fail.ts';
import type { GitSpec } from './parse-spec.ts';
import { REMOTE, type Remote, transfer, type World } from './transfer.ts';
import { failureOf } from './transfer-failure.ts';

/** What the remote has under the name of a source, now. */
export interface Tip {
  /** To fetch it: `HEAD`, `refs/heads/main`, a commit id. */
  readonly ref: string;
  /** For people: `main`, `v1`. */
  readonly name: string;
  readonly kind: 'branch' | 'tag' | 'commit';
  /** Of the commit, or of the tag itself where that is an object. */
  readonly id: string;
}

/** Asks the remote. Throws SOURCE_UNAVAILABLE, also when it has nothing of the name, or two things. */
export async function findTip(
  { ref, url }: Pick<GitSpec, 'ref' | 'url'>,
  { folder, remote, ctx }: { readonly folder: string; readonly remote: Remote; readonly ctx: World },
  signal: AbortSignal,
): Promise<Tip> {
  if (ref !== null && isCommitId(ref)) return { ref, name: ref.slice(0, 12), kind: 'commit', id: ref };
  const names = ref === null ? ['HEAD'] : wholeNames(ref);
  const args = ['ls-remote', '--quiet', '--symref', '--end-of-options', REMOTE, ...names];
  const run = await transfer({ args, folder }, remote, ctx, signal);
  if (run.exitCode !== 0 || run.stopped !== null) throw failureOf(run, remote, 'look at');
  const found = readRefs(run.stdout);
  if (ref === null) return defaultTip(found, url);
  const there = names.flatMap((name) => {
    const id = found.ids.get(name);
    return id === undefined ? [] : [{ name, id }];
  });
  const [first, second] = there;
  if (first === undefined)
    throw unavailable(`"${url}" has no branch or tag "${ref}"`, 'see `git ls-remote` for what it has');
  if (second !== undefined) {
    throw unavailable(
      `"${url}" has both ${there.map(({ name }) => `"${name}"`).join(' and ')}`,
      `write which one: \`@${first.name}\``,
    );
  }
  return tipOf(first.name, first.id);
}

/** A name alone is a branch or a tag. Who may push one of them shall not decide which. */
function wholeNames(ref: string): readonly string[] {
  return ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
}

interface Refs {
  readonly ids: ReadonlyMap<string, string>;
  /** What HEAD names. */
  readonly head: string | null;
}

function readRefs(text: string): Refs {
  const lines = text.split('\n').map((line) => line.split('\t', 2));
  const head = lines
    .find(([value, name]) => name === 'HEAD' && value?.startsWith('ref: '))?.[0]
    ?.slice('ref: '.length);
  const ids = lines.flatMap(([id = '', name]): readonly (readonly [string, string])[] =>
    name !== undefined && isCommitId(id) ? [[name, id]] : [],
  );
  return { ids: new Map(ids), head: head ?? null };
}

function defaultTip({ ids, head }: Refs, url: string): Tip {
  const id = ids.get('HEAD');
  if (id === undefined) {
    const what = head === null ? 'has no commit yet' : `has checked out "${head}", which is not there`;
    throw unavailable(`"${url}" ${what}`, 'push a commit, or name a branch: `URL@BRANCH`');
  }
  return { ref: 'HEAD', name: head?.replace(/^refs\/heads\//, '') ?? 'HEAD', kind: 'branch', id };
}

export function tipOf(ref: string, id: string): Tip {
  return { ref, name: shortName(ref), kind: ref.startsWith('refs/tags/') ? 'tag' : 'branch', id };
}

/** `main` of `refs/heads/main`. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, '');
}

function unavailable(message: string, hint: string): Error {
  return sourceError('SOURCE_UNAVAILABLE', message, hint);
}
