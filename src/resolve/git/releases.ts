import semver from 'semver';
import type { Context } from '../../model/context.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { Release, Releases, ResolveRequest } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { fetching, initBare } from './fetched-commit.ts';
import { findRef, listRefs, type Ref } from './refs.ts';
import { isCommitId, type Repository, readPinned, readRepository, type Transports } from './repository.ts';
import { type GitOptions, runGit } from './run-git.ts';

/** Where the branch or tag is now, and the newest tag that is a version. Dates are the committers' own word. */
export function releases(
  request: ResolveRequest<PackagePin>,
  transports: Transports,
  ctx: Context,
): Promise<Releases> {
  const { name, version } = packageOf(request.runtime, 'git');
  const repository = readRepository(name, version, transports);
  return withPrivateFolder(async (folder) => {
    const options = { ...transports, folder };
    const asked = await askedFor(repository, options, ctx);
    const current =
      request.current === null ? asked.id : readPinned(request.current.package, transports).commit;
    const newest = newestTag(await listRefs(repository.url, options, ctx));
    const isNewer = newest !== null && newest.id !== current && isAfter(newest.name, asked.name);
    const dates = await datesOf(
      repository.url,
      [current, asked.id, ...(isNewer ? [newest.id] : [])],
      options,
      ctx,
    );
    const release = (text: string, id: string): Release => ({
      version: text,
      publishedAt: dates.get(id) ?? null,
    });
    return {
      current: release(nameOf(asked, current), current),
      wanted: asked.id === current ? null : release(nameOf(asked, asked.id), asked.id),
      latest: isNewer ? release(newest.name, newest.id) : null,
    };
  }, ctx);
}

async function askedFor(
  repository: Repository,
  options: GitOptions,
  ctx: Context,
): Promise<Pick<Ref, 'kind' | 'name' | 'id'>> {
  const { ref } = repository;
  return ref !== null && isCommitId(ref)
    ? { kind: 'branch', name: ref, id: ref }
    : findRef(repository, options, ctx);
}

/** `v1.2.0 (0123456789ab)` for a tag, which may move; a short commit for everything else. */
function nameOf({ kind, name }: Pick<Ref, 'kind' | 'name'>, id: string): string {
  const short = id.slice(0, 12);
  return kind === 'tag' ? `${name} (${short})` : short;
}

function newestTag(refs: readonly Ref[]): Ref | null {
  const tags = refs.filter(({ kind, name }) => kind === 'tag' && versionOf(name)?.prerelease.length === 0);
  return (
    tags.sort((a, b) => semver.compare(versionOf(a.name) ?? '0.0.0', versionOf(b.name) ?? '0.0.0')).at(-1) ??
    null
  );
}

function isAfter(tag: string, asked: string): boolean {
  const [one, other] = [versionOf(tag), versionOf(asked)];
  return one !== null && (other === null || semver.gt(one, other));
}

function versionOf(tag: string): semver.SemVer | null {
  return semver.parse(tag.replace(/^.*@(?=v?\d)/, ''));
}

/** One fetch of the commits alone. A server that does not give them out leaves the dates open. */
async function datesOf(
  url: string,
  ids: readonly string[],
  options: GitOptions,
  ctx: Context,
): Promise<ReadonlyMap<string, string>> {
  const unique = [...new Set(ids)];
  const folder = await initBare('dates.git', unique[0] as string, options, ctx);
  const git = (args: readonly string[]) => runGit([`--git-dir=${folder}`, ...args], options, ctx);
  const fetched = await git([...fetching, '--depth=1', '--filter=tree:0', '--', url, ...unique]);
  if (fetched.exitCode !== 0) return new Map();
  const shown = await git(['show', '--no-patch', '--format=%H %ct', '--end-of-options', ...unique]);
  return new Map(
    shown.stdout
      .split('\n')
      .map((line) => /^([0-9a-f]+) (\d+)$/.exec(line))
      .flatMap((match) =>
        match === null
          ? []
          : [[match[1] as string, new Date(Number(match[2]) * 1000).toISOString()] as const],
      ),
  );
}
