import { packageText } from '../../lock/package-text.ts';
import { treeDigest } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackagePin } from '../../model/lock.ts';
import type { Resolution, ResolveRequest, Resolver } from '../../model/resolver.ts';
import { packageOf } from '../package-of.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { check } from './check.ts';
import { listFiles } from './commit-files.ts';
import { fetchCommit, notThere } from './fetched-commit.ts';
import { isReachable } from './is-reachable.ts';
import { readProject } from './project.ts';
import { findRef } from './refs.ts';
import { releases } from './releases.ts';
import { isCommitId, NETWORK_ONLY, type Repository, readRepository, type Transports } from './repository.ts';
import type { GitOptions } from './run-git.ts';

/** Repositories with an npm project: a commit, and a lock of what it depends on. Nothing is built. */
export const gitResolver = gitResolverFor(NETWORK_ONLY);

export function gitResolverFor(transports: Transports): Resolver<PackagePin> {
  return {
    resolve: (request, ctx) => resolve(request, transports, ctx),
    check: (request, ctx) => check(request, transports, ctx),
    releases: (request, ctx) => releases(request, transports, ctx),
  };
}

type Request = ResolveRequest<PackagePin>;

async function resolve(
  request: Request,
  transports: Transports,
  ctx: Context,
): Promise<Resolution<PackagePin>> {
  const asked = packageOf(request.runtime, 'git');
  const repository = readRepository(asked.name, asked.version, transports);
  const requested = packageText(asked);
  const kept = keep(request, requested);
  if (kept !== null) return kept;
  return withPrivateFolder(async (folder) => {
    const options = { ...transports, folder };
    const { id, isTag } = await idOf(repository, options, ctx);
    const commit = await fetchCommit({ url: repository.url, id }, options, ctx);
    const young = await tooYoung(commit.id, request, commit, ctx);
    if (young !== null) return young;
    const project = await readProject(commit, await listFiles(commit, ctx.platform));
    const { lockDependencies } = await import('./lock-dependencies.ts');
    const { tree, findings } = await lockDependencies(project, { ...request, what: repository.url }, ctx);
    const pin = `git:${repository.url}@${commit.id}`;
    return {
      pin: {
        kind: 'package',
        package: pin,
        ...(requested === pin ? {} : { requested }),
        tree: treeDigest(tree),
      },
      tree,
      findings: [...movedTag(request, { pin, isTag, requested }), ...findings],
    };
  }, ctx);
}

/** What is locked, when it answers the question and is whole. Nobody is asked then. */
function keep({ current, currentTree, isUpdate }: Request, requested: string): Resolution<PackagePin> | null {
  if (current === null || currentTree === null || isUpdate) return null;
  const isWhole = current.tree === treeDigest(currentTree);
  if (!isWhole || (current.requested ?? current.package) !== requested) return null;
  return { pin: current, tree: currentTree, findings: [] };
}

/** An id has to be one that the repository itself accepted, under a branch or tag. */
async function idOf(
  repository: Repository,
  options: GitOptions,
  ctx: Context,
): Promise<{ readonly id: string; readonly isTag: boolean }> {
  const { url, ref } = repository;
  if (ref === null || !isCommitId(ref)) {
    const { id, kind } = await findRef(repository, options, ctx);
    return { id, isTag: kind === 'tag' };
  }
  if (!(await isReachable({ url, id: ref }, options, ctx))) throw notThere(url, ref);
  return { id: ref, isTag: false };
}

/** Who is locked to an older commit waits for a new one to age; who asks for the first time has no other. */
async function tooYoung(
  id: string,
  request: Request,
  commit: Awaited<ReturnType<typeof fetchCommit>>,
  ctx: Context,
): Promise<Resolution<PackagePin> | null> {
  const { runtime, current, currentTree, cooldownMs, server } = request;
  const isExact = isCommitId(packageOf(runtime, 'git').version ?? '');
  if (cooldownMs === 0 || isExact || current === null || currentTree === null) return null;
  if (
    current.package.endsWith(`@${id}`) ||
    (current.requested ?? current.package) !== packageText(packageOf(runtime, 'git'))
  )
    return null;
  const date = await commit.git(
    ['show', '--no-patch', '--format=%ct', '--end-of-options', id],
    'read the date of the commit',
  );
  if (Number(date.trim()) * 1000 <= ctx.system.clock.now() - cooldownMs) return null;
  const message = `server "${server}": ${id.slice(0, 12)} is younger than the cooldown, so the locked commit stays`;
  const finding: Finding = {
    code: 'RESOLVE_COOLDOWN',
    severity: 'info',
    message,
    hint: 'lock again later, or write the commit',
  };
  return { pin: current, tree: currentTree, findings: [finding] };
}

/** A branch moves. A tag that moves is another release under an old name. */
function movedTag(
  { server, current }: Request,
  { pin, isTag, requested }: { readonly pin: string; readonly isTag: boolean; readonly requested: string },
): readonly Finding[] {
  if (!isTag || current === null || current.package === pin || current.requested !== requested) return [];
  const before = current.package.slice(current.package.lastIndexOf('@') + 1);
  const after = pin.slice(pin.lastIndexOf('@') + 1);
  return [
    {
      code: 'RESOLVE_REF_MOVED',
      severity: 'warning',
      message: `server "${server}": the tag of "${requested}" moved from ${before} to ${after}`,
      hint: 'look at what changed between the two: a release does not move',
    },
  ];
}
