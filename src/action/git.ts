import { McpformError } from '../model/error.ts';
import type { Surroundings } from './surroundings.ts';

/** What is asked of the repository in the workspace. Nothing of it is checked out, and no hook of it runs. */
export interface Git {
  /** The commit that is checked out. */
  head(): Promise<string>;
  /** The commit that somebody means with a revision. */
  commitOf(revision: string): Promise<string>;
  /** Fetches what is not there yet. */
  ensure(commits: readonly string[]): Promise<void>;
  /** Where two lines of history parted. */
  mergeBase(one: string, other: string): Promise<string>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** What a commit has in a file; links are not followed. */
  textAt(commit: string, path: string): Promise<string>;
  /** The commits that a branch stood at one after another, newest first, down to its ancestor `from` and without it. */
  steps(from: string, to: string, most: number): Promise<readonly string[]>;
}

/** Neither hooks nor file monitors of the repository, nor replaced objects; and nobody is asked for a password. */
const HARDENED = [
  '--no-replace-objects',
  ...['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'protocol.ext.allow=never'],
];

export interface GitAccess {
  /** Absolute: a folder of the work tree. */
  readonly folder: string;
  /** For GitHub alone, where the checkout kept no credentials. Empty: none. */
  readonly token: string;
}

export function openGit({ folder, token }: GitAccess, around: Surroundings): Git {
  const env = gitEnvironment(token, around.env);
  const run = (args: readonly string[]) =>
    around.system.processes.run('git', [...HARDENED, ...args], { cwd: folder, env });
  const ask = async (args: readonly string[], doing: string): Promise<string> => {
    const ran = await run(args);
    if (ran.exitCode === 0) return ran.stdout.trim();
    throw failed(doing, ran.stderr);
  };
  const isShallow = async (): Promise<boolean> =>
    (await ask(['rev-parse', '--is-shallow-repository'], 'look at the repository')) === 'true';
  const fetch = (args: readonly string[]): Promise<string> =>
    ask(
      ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...args],
      'fetch',
    );
  const deepen = async (commits: readonly string[]): Promise<boolean> => {
    if (!(await isShallow())) return false;
    await fetch(['--unshallow', 'origin', ...commits]);
    return true;
  };
  const git: Git = {
    head: () => git.commitOf('HEAD'),
    commitOf: (revision) =>
      ask(
        ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
        `find "${revision}"`,
      ),
    ensure: async (commits) => {
      const found = await Promise.all(commits.map((commit) => run(['cat-file', '-e', `${commit}^{commit}`])));
      const missing = commits.filter((_, index) => found[index]?.exitCode !== 0);
      if (missing.length > 0) await fetch(['origin', ...new Set(missing)]);
    },
    mergeBase: async (one, other) => {
      await git.ensure([one, other]);
      const first = await run(['merge-base', one, other]);
      if (first.exitCode === 0) return first.stdout.trim();
      await deepen([one, other]);
      return await ask(['merge-base', one, other], `find where ${one} and ${other} parted`);
    },
    isAncestor: async (older, newer) => {
      const known = await run(['cat-file', '-e', `${older}^{commit}`]);
      if (known.exitCode !== 0 && !(await deepen([newer]))) return false;
      const ran = await run(['merge-base', '--is-ancestor', older, newer]);
      if (ran.exitCode === 0) return true;
      if (!(await deepen([newer]))) return false;
      return (await run(['merge-base', '--is-ancestor', older, newer])).exitCode === 0;
    },
    textAt: async (commit, path) => {
      const entry = await ask(['ls-tree', '-z', '--full-tree', commit, '--', path], `look for "${path}"`);
      if (!/^100(?:644|755) blob /.test(entry)) {
        throw new McpformError(
          'ACTION_INPUT_INVALID',
          `input policy: commit ${commit} has no file "${path}"`,
          {
            hint: 'a policy has to be merged before it judges; name its path from the root of the repository',
          },
        );
      }
      return await ask(['cat-file', 'blob', `${commit}:${path}`], `read "${path}"`);
    },
    steps: async (from, to, most) => {
      const args = ['rev-list', '--first-parent', `--max-count=${most + 1}`, `${from}..${to}`, '--'];
      const commits = (await ask(args, 'list commits')).split('\n').filter((line) => line !== '');
      if (commits.length <= most) return commits;
      throw new McpformError('ACTION_HISTORY', `more than ${most} commits since ${from}`, {
        hint: 'apply once on the machine itself, after having looked at the plan',
      });
    },
  };
  return git;
}

/**
 * Trusts the workspace, whoever of the runner's users made it, and hands the token on as a header for GitHub's own
 * server: not as an argument, which every user of the machine could read.
 */
export function gitEnvironment(token: string, env: Surroundings['env']): Readonly<Record<string, string>> {
  const server = env['GITHUB_SERVER_URL'] ?? '';
  const hasServer = token !== '' && /^https:\/\/[\w.:-]+$/.test(server);
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const settings: readonly (readonly [string, string])[] = [
    ['safe.directory', '*'],
    ...(hasServer ? [[`http.${server}/.extraheader`, `AUTHORIZATION: basic ${basic}`] as const] : []),
  ];
  return {
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

function failed(doing: string, stderr: string): McpformError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return new McpformError('ACTION_HISTORY', `git cannot ${doing}${said === '' ? '' : `: ${said}`}`, {
    hint: 'check out with `fetch-depth: 0`, and give the job `contents: read`',
  });
}
