import { McpformError } from '../model/error.ts';
import type { Event } from './event.ts';
import { openGit } from './git.ts';
import type { GitHub } from './github/github.ts';
import { readInputs } from './inputs.ts';
import type { Job } from './job.ts';
import type { Log } from './log.ts';
import { readEvent } from './read-event.ts';
import type { Surroundings } from './surroundings.ts';
import { findWorkspace } from './workspace.ts';

/** Everything that the runner says, read and checked. */
export async function openJob(around: Surroundings, log: Log): Promise<Job> {
  const { env, system } = around;
  const inputs = readInputs(env);
  const { root, folder } = await findWorkspace(inputs, {
    root: env['GITHUB_WORKSPACE'] ?? '',
    files: system.files,
  });
  const event = await eventOf(around);
  const file = inputs.files[0] ?? 'mcp.yaml';
  const manifest = inputs.workingDirectory === '.' ? file : `${inputs.workingDirectory}/${file}`;
  return {
    around,
    log,
    inputs,
    event,
    workspace: root,
    manifest,
    label: inputs.label ?? manifest,
    git: openGit({ folder, token: inputs.token }, around),
    gitHub: once(() => open(inputs.token, event, around, log)),
    openPolicies: once(() => open(inputs.policyToken, event, around, log)),
    may: { around, log, folder },
  };
}

async function eventOf({ env, system }: Surroundings): Promise<Event> {
  const path = env['GITHUB_EVENT_PATH'] ?? '';
  let payload: unknown;
  try {
    payload = JSON.parse((await system.files.read(path)).toString('utf8'));
  } catch (error) {
    throw new McpformError('ACTION_RUNNER_FILE', 'the event that started this job cannot be read', {
      hint: 'this is for a runner of GitHub Actions to set, in GITHUB_EVENT_PATH',
      cause: error,
    });
  }
  return readEvent(env['GITHUB_EVENT_NAME'] ?? '', payload, env);
}

async function open(
  token: string,
  { repository }: Event,
  { env, signal, system, version }: Surroundings,
  log: Log,
): Promise<GitHub | null> {
  if (token === '') return null;
  const { openGitHub } = await import('./github/open-github.ts');
  return openGitHub({
    token,
    apiUrl: env['GITHUB_API_URL'] ?? '',
    repository: { owner: repository.owner, repo: repository.name },
    userAgent: `mcpform/${version}`,
    signal,
    log: (line) => log.text(`${line}\n`),
    network: system.network,
    clock: system.clock,
  });
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= run();
    return made;
  };
}
