import { join } from 'node:path';
import { McpformError } from '../../model/error.ts';
import { type GitOptions, type GitRun, gitFailure, runGit, type World } from './run-git.ts';

/** One commit of a repository in a bare folder of our own, without work tree, hooks and remotes. */
export interface FetchedCommit {
  readonly url: string;
  /** The commit itself, where a tag was asked for. */
  readonly id: string;
  /** Runs Git on it. Fails with Git's words unless it may fail. */
  git(args: readonly string[], doing: string): Promise<string>;
  try(args: readonly string[]): Promise<GitRun>;
  readonly folder: string;
}

/** Makes an empty bare folder for objects of the id's kind, with nothing from a template in it. */
export async function initBare(name: string, id: string, options: GitOptions, ctx: World): Promise<string> {
  const folder = join(options.folder, name);
  const format = id.length === 64 ? 'sha256' : 'sha1';
  const run = await runGit(
    ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, '--', folder],
    options,
    ctx,
  );
  if (run.exitCode !== 0) throw gitFailure(run, 'make a folder for the commit');
  return folder;
}

/**
 * Fetches exactly one commit, with its files and without its history. Every object is hashed as it comes, so what is
 * there under the id is what the id says.
 */
export async function fetchCommit(
  { url, id }: { readonly url: string; readonly id: string },
  options: GitOptions,
  ctx: World,
): Promise<FetchedCommit> {
  const folder = await initBare('commit.git', id, options, ctx);
  const attempt = (args: readonly string[]): Promise<GitRun> =>
    runGit([`--git-dir=${folder}`, ...args], options, ctx);
  const git = async (args: readonly string[], doing: string): Promise<string> => {
    const run = await attempt(args);
    if (run.exitCode !== 0) throw gitFailure(run, doing);
    return run.stdout;
  };
  const run = await attempt([...fetching, '--depth=1', '--', url, id]);
  if (run.exitCode !== 0) {
    const failure = gitFailure(run, `fetch ${id} from "${url}"`);
    if (failure.code !== 'RESOLVE_NOT_FOUND') throw failure;
    // Some servers give only what a branch or tag names: then it has to be under one of them.
    await git([...fetching, '--', url, ...everything], `fetch "${url}"`);
  }
  const found = await attempt(['rev-parse', '--verify', '--quiet', '--end-of-options', `${id}^{commit}`]);
  const commit = found.stdout.trim();
  if (found.exitCode !== 0 || commit === '') throw notThere(url, id);
  return { url, id: commit, folder, git, try: attempt };
}

export const fetching = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
  '--no-auto-gc',
];
export const everything = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

export function notThere(url: string, id: string): McpformError {
  return new McpformError('RESOLVE_NOT_FOUND', `"${url}" has no commit ${id}`, {
    hint: 'it may have been removed by a force push; name a branch, a tag or another commit',
  });
}
