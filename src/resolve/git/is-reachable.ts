import { everything, fetching, initBare } from './fetched-commit.ts';
import { listRefs } from './refs.ts';
import { type GitOptions, gitFailure, runGit, type World } from './run-git.ts';

/**
 * Whether a commit is under a branch or tag. Hosts hand out commits of every fork under the address of the original,
 * so an id alone does not say that anybody there ever accepted it.
 */
export async function isReachable(
  { url, id }: { readonly url: string; readonly id: string },
  options: GitOptions,
  ctx: World,
): Promise<boolean> {
  const refs = await listRefs(url, options, ctx);
  if (refs.some((ref) => ref.id === id)) return true;
  if (refs.length === 0) return false;
  const folder = await initBare('history.git', id, options, ctx);
  // History only: no folders and files, where the server can leave them out.
  const args = [`--git-dir=${folder}`, ...fetching, '--filter=tree:0', '--', url, ...everything];
  const run = await runGit(args, options, ctx);
  if (run.exitCode !== 0) throw gitFailure(run, `fetch the history of "${url}"`);
  const names = await runGit(
    [`--git-dir=${folder}`, 'for-each-ref', '--count=1', `--contains=${id}`],
    options,
    ctx,
  );
  return names.exitCode === 0 && names.stdout.trim() !== '';
}
