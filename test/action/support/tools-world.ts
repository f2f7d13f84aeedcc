import { type GitHubDouble, githubDouble } from '../../support/github-double.ts';
import { BOT, type DoubleRepository, doubleRepository } from '../../support/github-double-state.ts';

/** `octo-org/tools` as a pull request names it. */
export const TOOLS = { id: 1, name: 'tools', owner: { login: 'octo-org' } };

/** The manifest of a stack with these servers. */
export function manifest(servers: object): string {
  return JSON.stringify({ apiVersion: 'mcpform/v1', kind: 'Stack', name: 'tools', servers }, null, 2);
}

/** A double of GitHub that has `octo-org/tools`, and two tokens of its workflows: `writes` and `reads`. */
export function toolsOnGitHub(more: Partial<DoubleRepository> = {}): Promise<GitHubDouble> {
  const token = (right: 'read' | 'write') => ({
    account: BOT,
    repository: 'octo-org/tools',
    permissions: { contents: 'read', issues: right, 'pull-requests': right } as const,
  });
  return githubDouble({
    tokens: { writes: token('write'), reads: token('read') },
    repositories: { 'octo-org/tools': doubleRepository(1, more) },
  });
}
