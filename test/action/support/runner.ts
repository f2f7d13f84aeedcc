import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type GitRepository, gitRepository } from '../../support/git-repository.ts';
import type { GitHubDouble } from '../../support/github-double.ts';
import { run } from '../../support/run.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { readOutputs } from './read-outputs.ts';
import { commandsOf } from './runner-commands.ts';

const ACTION = resolve(import.meta.dirname, '../../../dist/action.cjs');

/** What a runner of GitHub prepares for a job, on a disk of our own: workspace, event, environment files. */
export interface Runner {
  readonly home: Home;
  readonly repository: GitRepository;
  readonly workspace: string;
  /** Checks a commit out into the workspace, as actions/checkout does; `depth` 0 is all of the history. */
  checkout(commit: string, options?: { readonly depth?: number }): Promise<void>;
  /** One step that uses the action. */
  act(step: Step): Promise<Acted>;
  remove(): Promise<void>;
}

export interface Step {
  readonly event: { readonly name: string; readonly payload: unknown };
  readonly with?: Readonly<Record<string, string>>;
  /** What the runner or another step has set. */
  readonly env?: Readonly<Record<string, string>>;
  readonly gitHub?: GitHubDouble;
  readonly token?: string;
}

export interface Acted {
  readonly exitCode: number | null;
  readonly log: string;
  /** What the runner took for commands. */
  readonly commands: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export const REPOSITORY = { id: 1, name: 'tools', owner: { login: 'octo-org' }, default_branch: 'main' };

export async function startRunner(): Promise<Runner> {
  const home = await throwawayHome();
  const repository = await gitRepository(home);
  // As GitHub does, which gives any commit that it has.
  await run('git', ['-C', repository.bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true'], {
    cwd: home.folder,
    env: home.env,
  });
  const workspace = join(home.folder, 'work/tools/tools');
  const temporary = join(home.folder, 'work/_temp');
  await mkdir(temporary, { recursive: true });
  const git = async (...args: string[]): Promise<void> => {
    const ran = await run('git', args, { cwd: home.folder, env: home.env });
    if (ran.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`);
  };
  return {
    home,
    repository,
    workspace,
    checkout: async (commit, { depth = 0 } = {}) => {
      await rm(workspace, { recursive: true, force: true });
      await git('init', '--quiet', workspace);
      await git('-C', workspace, 'remote', 'add', 'origin', repository.url);
      const shallow = depth === 0 ? [] : [`--depth=${depth}`];
      await git('-C', workspace, 'fetch', '--quiet', '--no-tags', ...shallow, 'origin', commit);
      await git('-C', workspace, 'checkout', '--quiet', '--detach', commit);
    },
    act: async ({ event, with: inputs = {}, env = {}, gitHub, token = '' }) => {
      const files = { event: 'event.json', output: 'output', summary: 'summary' } as const;
      const path = (name: keyof typeof files): string => join(temporary, files[name]);
      await writeFile(path('event'), JSON.stringify(event.payload));
      await writeFile(path('output'), '');
      await writeFile(path('summary'), '');
      const given = Object.entries({ token, ...inputs }).map(([name, value]) => [
        `INPUT_${name.toUpperCase().replaceAll('-', '_')}`,
        value,
      ]);
      const ran = await run(process.execPath, [ACTION], {
        cwd: workspace,
        env: {
          ...home.env,
          CI: 'true',
          GITHUB_ACTIONS: 'true',
          GITHUB_WORKSPACE: workspace,
          GITHUB_EVENT_NAME: event.name,
          GITHUB_EVENT_PATH: path('event'),
          GITHUB_OUTPUT: path('output'),
          GITHUB_STEP_SUMMARY: path('summary'),
          GITHUB_REPOSITORY: 'octo-org/tools',
          GITHUB_REPOSITORY_ID: '1',
          GITHUB_SERVER_URL: 'https://github.com',
          GITHUB_API_URL: gitHub?.url ?? 'http://127.0.0.1:9',
          GITHUB_RUN_ID: '77',
          GITHUB_RUN_NUMBER: '7',
          RUNNER_TEMP: temporary,
          ...env,
          ...Object.fromEntries(given),
        },
      });
      return {
        exitCode: ran.exitCode,
        log: ran.stdout + ran.stderr,
        commands: commandsOf(ran.stdout),
        outputs: readOutputs(await readFile(path('output'), 'utf8')),
        summary: await readFile(path('summary'), 'utf8'),
      };
    },
    remove: () => home.remove(),
  };
}
