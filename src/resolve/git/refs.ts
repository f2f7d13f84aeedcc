import { McpformError } from '../../model/error.ts';
import { isCommitId, type Repository } from './repository.ts';
import { type GitOptions, gitFailure, runGit, type World } from './run-git.ts';

/** What a remote says a name stands for. Tags are peeled to what they name. */
export interface Ref {
  readonly kind: 'branch' | 'tag' | 'default';
  readonly name: string;
  readonly id: string;
}

/** What a name stands for now: a tag before a branch, as Git has it. Throws RESOLVE_NOT_FOUND when it is neither. */
export async function findRef({ url, ref }: Repository, options: GitOptions, ctx: World): Promise<Ref> {
  if (ref === null || ref === 'HEAD') return findDefault(url, options, ctx);
  const names = [`refs/tags/${ref}`, `refs/tags/${ref}^{}`, `refs/heads/${ref}`];
  const found = await listRemote(url, ['--heads', '--tags'], names, options, ctx);
  const tag = found.get(`refs/tags/${ref}^{}`) ?? found.get(`refs/tags/${ref}`);
  if (tag !== undefined) return { kind: 'tag', name: ref, id: tag };
  const branch = found.get(`refs/heads/${ref}`);
  if (branch !== undefined) return { kind: 'branch', name: ref, id: branch };
  const isShort = /^[0-9a-f]{7,63}$/.test(ref);
  throw new McpformError('RESOLVE_NOT_FOUND', `"${url}" has no branch or tag "${ref}"`, {
    hint: isShort
      ? 'if it is a commit, write its whole id: 40 digits'
      : 'see `git ls-remote` for what it has',
  });
}

/** Every tag and branch of a remote. */
export async function listRefs(url: string, options: GitOptions, ctx: World): Promise<readonly Ref[]> {
  const found = await listRemote(url, ['--heads', '--tags'], [], options, ctx);
  return [...found].flatMap(([name, id]): readonly Ref[] => {
    if (name.startsWith('refs/heads/'))
      return [{ kind: 'branch', name: name.slice('refs/heads/'.length), id }];
    if (!name.startsWith('refs/tags/') || name.endsWith('^{}')) return [];
    return [{ kind: 'tag', name: name.slice('refs/tags/'.length), id: found.get(`${name}^{}`) ?? id }];
  });
}

async function findDefault(url: string, options: GitOptions, ctx: World): Promise<Ref> {
  const id = (await listRemote(url, [], ['HEAD'], options, ctx)).get('HEAD');
  if (id !== undefined) return { kind: 'default', name: 'HEAD', id };
  throw new McpformError('RESOLVE_NOT_FOUND', `"${url}" has no commit yet`, {
    hint: 'push one, or name a branch',
  });
}

async function listRemote(
  url: string,
  kinds: readonly string[],
  names: readonly string[],
  options: GitOptions,
  ctx: World,
): Promise<ReadonlyMap<string, string>> {
  const run = await runGit(['ls-remote', '--quiet', ...kinds, '--', url, ...names], options, ctx);
  if (run.exitCode !== 0) throw gitFailure(run, `list the refs of "${url}"`);
  const lines = run.stdout.split('\n').map((line) => line.split('\t', 2));
  return new Map(
    lines
      .filter(([id = '', name]) => isCommitId(id) && name !== undefined)
      .map(([id, name]) => [name as string, id as string]),
  );
}
