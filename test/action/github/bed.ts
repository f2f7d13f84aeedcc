import { afterEach } from 'vitest';
import type { GitHub } from '../../../src/action/github/github.ts';
import { type GitHubSettings, openGitHub } from '../../../src/action/github/open-github.ts';
import type { McpformError } from '../../../src/model/error.ts';
import { realSystem } from '../../../src/system/real.ts';
import { type GitHubDouble, githubDouble } from '../../support/github-double.ts';
import {
  BOT,
  type DoubleRepository,
  doubleRepository,
  type Permission,
} from '../../support/github-double-state.ts';

export const TOKEN = 'ghs_abcdefghijklmnopqrstuvwxyz0123456789';

export interface Bed {
  readonly github: GitHub;
  readonly double: GitHubDouble;
  /** `octo-org/tools`. */
  readonly repository: DoubleRepository;
  readonly log: readonly string[];
  /** What was waited for, in milliseconds, without waiting. */
  readonly waits: readonly number[];
}

export interface BedSettings
  extends Partial<Pick<GitHubSettings, 'signal' | 'token' | 'patienceMs' | 'paceMs' | 'network'>> {
  readonly repository?: Partial<DoubleRepository>;
  readonly permissions?: Partial<Record<Permission, 'read' | 'write'>>;
  readonly prefix?: string;
}

const open: GitHubDouble[] = [];

/** Whoever uses the bed fails when GitHub was asked what it does not have. */
afterEach(async () => {
  for (const double of open.splice(0)) await double.close();
});

/** A double of GitHub with one repository, and the workflow's token for it. */
export async function githubBed(settings: BedSettings = {}): Promise<Bed> {
  const { permissions = { 'pull-requests': 'write', issues: 'write', contents: 'read' } } = settings;
  const repository = doubleRepository(1, settings.repository);
  const double = await githubDouble(
    {
      tokens: { [TOKEN]: { account: BOT, repository: 'octo-org/tools', permissions } },
      repositories: { 'octo-org/tools': repository },
    },
    { prefix: settings.prefix ?? '' },
  );
  open.push(double);
  const log: string[] = [];
  const waits: number[] = [];
  const github = await openGitHub({
    token: settings.token ?? TOKEN,
    apiUrl: double.url,
    repository: { owner: 'octo-org', repo: 'tools' },
    userAgent: 'mcpform/test',
    signal: settings.signal ?? new AbortController().signal,
    log: (line) => log.push(line),
    network: settings.network ?? realSystem({}).network,
    clock: {
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        waits.push(ms);
      },
    },
    paceMs: settings.paceMs ?? 1,
    retryUnitMs: 1,
    ...(settings.patienceMs === undefined ? {} : { patienceMs: settings.patienceMs }),
  });
  return { github, double, repository, log, waits };
}

/** `CODE: message` and, behind an arrow, the hint. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: McpformError) => reason,
  );
  if (error === null) throw new Error('nothing was refused');
  return `${error.code}: ${error.message}${error.hint === undefined ? '' : ` -> ${error.hint}`}`;
}
