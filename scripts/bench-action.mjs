// What the GitHub Action costs a runner, its installation apart: a pull request that changes a hundred servers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { measure } from './bench-measure.mjs';

const ACTION = resolve(import.meta.dirname, '../dist/action.cjs');
const SERVERS = 100;
/** CPU seconds. */
const BUDGET = 2;
const REPOSITORY = { id: 1, name: 'tools', owner: { login: 'octo-org' }, default_branch: 'main' };

/** By name; each takes `{ makeHome, runs }` and returns the rows of the table it gives. */
export const actionRows = { action };

async function action({ makeHome, runs }) {
  const home = await makeHome();
  try {
    const workspace = join(home.folder, 'workspace');
    mkdirSync(workspace);
    const commit = committer(workspace, home.env);
    const base = commit(manifest('before'));
    const head = commit(manifest('after'));
    const event = join(home.folder, 'event.json');
    writeFileSync(event, JSON.stringify(pullRequest(base, head)));
    const env = {
      ...home.env,
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      GITHUB_REPOSITORY: 'octo-org/tools',
      GITHUB_REPOSITORY_ID: '1',
      RUNNER_TEMP: home.folder,
    };
    const ours = { command: [process.execPath, ACTION], cwd: workspace, env };
    const result = measure({ ours }, runs);
    const what = `the GitHub Action, a plan of ${SERVERS} changed servers, of ${BUDGET} s`;
    return [{ what, ours: result.ours, ratio: result.ours.cpuS / BUDGET, budget: 1 }];
  } finally {
    await home.remove();
  }
}

function manifest(value) {
  const servers = Array.from({ length: SERVERS }, (_, index) => [
    `server-${index}`,
    { command: 'server', args: [String(index)], env: { SETTING: value } },
  ]);
  const stack = {
    apiVersion: 'mcpform/v1',
    kind: 'Stack',
    name: 'tools',
    servers: Object.fromEntries(servers),
  };
  return JSON.stringify(stack, null, 2);
}

function committer(folder, env) {
  const git = (...args) => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    const ran = spawnSync('git', [...identity, ...args], { cwd: folder, env, encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  git('init', '--quiet');
  return (text) => {
    writeFileSync(join(folder, 'mcp.yaml'), text);
    git('add', '.');
    git('commit', '--quiet', '--message', 'change');
    return git('rev-parse', 'HEAD');
  };
}

function pullRequest(base, head) {
  const end = (ref, sha) => ({ ref, sha, repo: REPOSITORY });
  return {
    action: 'opened',
    number: 1,
    repository: REPOSITORY,
    pull_request: {
      ...{ number: 1, state: 'open', merged_at: null, merge_commit_sha: null, user: { login: 'mona' } },
      ...{ base: end('main', base), head: end('change', head) },
    },
  };
}
