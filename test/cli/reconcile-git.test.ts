import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GitRepository, gitRepository } from '../support/git-repository.ts';
import { signCommits } from '../support/sign-commits.ts';
import { onStage, type Stage } from './stage.ts';

const stackOf = (...names: string[]): string => `apiVersion: mcpform/v1
kind: Stack
name: team
servers:
${names.map((name) => `  ${name}: { command: node, args: [${name}.js] }`).join('\n')}
`;

interface Team extends Stage {
  readonly repository: GitRepository;
  /** One pass of the loop on the repository's main branch; what was said. */
  pass(exitCode: number, ...more: string[]): Promise<string>;
  /** Signs with a key of this name from now on; the line for a policy. Null: nothing is signed. */
  signAs(name: string | null): Promise<string>;
  servers(): Promise<readonly string[]>;
}

/** A team's repository on this machine, and somebody's home that follows it. */
const withTeam = (work: (team: Team) => Promise<void>): Promise<void> =>
  onStage(async (stage) => {
    const repository = await gitRepository(stage.home, 'team');
    const source = `${repository.url}@main`;
    await work({
      ...stage,
      repository,
      pass: async (exitCode, ...more) => {
        const args = [
          'reconcile',
          '--once',
          '--allow-local',
          '--source',
          source,
          '--verify',
          'head',
          ...more,
        ];
        const { stdout, stderr } = await stage.expectExit(exitCode, args);
        return stdout + stderr;
      },
      signAs: (name) => signCommits(name, repository, stage.home),
      servers: async () =>
        Object.keys(JSON.parse(await stage.read('.claude.json').catch(() => '{"mcpServers":{}}')).mcpServers),
    });
  }, null);

const policyOf = (key: string): string => `apiVersion: mcpform/v1
kind: Policy
rules:
  commands: { allow: ["node **"] }
commits:
  - { ssh: ${key}, principal: ann@example.com }
`;
const POLICY = '.config/mcpform/policy.yaml';

describe.concurrent('a loop that follows a repository', () => {
  it('applies what is signed by somebody whom policy names, as far as policy goes, and says of which commit', () =>
    withTeam(async ({ repository, pass, signAs, write, servers }) => {
      await write({ [POLICY]: policyOf(await signAs('ann')) });
      const commit = await repository.commit({ 'mcp.yaml': stackOf('a', 'b') });
      expect(await pass(0)).toContain(`applied: 2 steps main@sha1:${commit.slice(0, 12)}`);
      expect(await servers()).toEqual(['a', 'b']);
      await repository.commit({
        'mcp.yaml': stackOf('a', 'b', 'c').replace('command: node, args: [c.js]', 'command: evil'),
      });
      expect(await pass(6)).toContain('PolicyDenied: the policy of this machine forbids claude-code/user/c');
      expect(await servers()).toEqual(['a', 'b']);
    }));

  it('changes nothing for a commit that nobody signed, or somebody else did, and goes on enforcing the last one', () =>
    withTeam(async ({ repository, pass, signAs, write, servers, read }) => {
      await write({ [POLICY]: policyOf(await signAs('ann')) });
      await repository.commit({ 'mcp.yaml': stackOf('a') });
      await pass(0);
      await signAs(null);
      await repository.commit({ 'mcp.yaml': stackOf('a', 'mallory') });
      expect(await pass(1)).toContain('SourceVerified=False');
      await signAs('eve');
      await repository.commit({ 'mcp.yaml': stackOf('a', 'eve') });
      expect(await pass(1)).toContain('Stalled=True');
      expect(await servers()).toEqual(['a']);
      expect(await read('.local/state/mcpform/team/inventory.json')).toContain('claude-code/user/a');
    }));

  it('refuses a rewritten history until somebody accepts that very commit', () =>
    withTeam(async ({ repository, pass, signAs, write, servers, expectExit }) => {
      await write({ [POLICY]: policyOf(await signAs('ann')) });
      const first = await repository.commit({ 'mcp.yaml': stackOf('a') });
      await repository.commit({ 'mcp.yaml': stackOf('a', 'b') });
      await pass(0);
      await repository.git('reset', '--quiet', '--hard', first);
      const rewritten = await repository.commit({ 'mcp.yaml': stackOf('a', 'z') });
      expect(await pass(1)).toContain('HistoryRewritten');
      expect(await servers()).toEqual(['a', 'b']);
      const resume = ['resume', '--accept-rewrite'];
      expect((await expectExit(64, [...resume, rewritten])).stderr).toContain('about a --source');
      const short = [...resume, rewritten.slice(0, 12), '--source', `${repository.url}@main`];
      expect((await expectExit(64, short)).stderr).toContain('is not the id of a commit');
      await pass(5, '--accept-rewrite', rewritten);
      expect(await servers()).toEqual(['a', 'b', 'z']);
    }));

  it('leaves everything as it is while the repository, or its manifest, cannot be read', () =>
    withTeam(async ({ repository, pass, signAs, write, servers }) => {
      await write({ [POLICY]: policyOf(await signAs('ann')) });
      await repository.commit({ 'mcp.yaml': stackOf('a') });
      await pass(0);
      await repository.commit({ 'mcp.yaml': `${stackOf('a')}  b: { comand: node }\n` });
      expect((await pass(1)).replaceAll(/\s+/g, ' ')).toMatch(/SourceInvalid: .*mcp\.yaml:6/);
      await repository.git('push', '--quiet', 'origin', '--delete', 'main').catch(() => undefined);
      expect(await servers()).toEqual(['a']);
    }));

  it('keeps the last good commit in force when it begins while the newest one cannot be used', () =>
    withTeam(async ({ repository, pass, signAs, write, servers, home }) => {
      const ann = await signAs('ann');
      await write({ [POLICY]: policyOf(ann) });
      await repository.commit({ 'mcp.yaml': stackOf('a', 'b') });
      await pass(0);
      const lose = () => write({ '.claude.json': '{"mcpServers":{"b":{"command":"node","args":["b.js"]}}}' });

      await repository.commit({ 'mcp.yaml': `${stackOf('a')}  c: { comand: node }\n` });
      await lose();
      expect(await pass(1)).toContain('SourceInvalid');
      expect(await servers()).toEqual(['b', 'a']);

      await signAs(null);
      await repository.commit({ 'mcp.yaml': stackOf('mallory') });
      await lose();
      expect(await pass(1)).toContain('SourceVerified=False');
      expect(await servers()).toEqual(['b', 'a']);

      await rename(join(home.folder, 'team.git'), join(home.folder, 'away.git'));
      await lose();
      expect(await pass(1)).toContain('SourceUnavailable');
      expect(await servers()).toEqual(['b', 'a']);

      // Whoever signed it may sign no longer.
      await write({ [POLICY]: policyOf(await signAs('bob')) });
      await lose();
      expect(await pass(1)).toContain('SourceUnavailable');
      expect(await servers()).toEqual(['b']);
    }));

  it('is asked about from anywhere, by its source', () =>
    withTeam(async ({ repository, pass, signAs, write, expectExit }) => {
      const source = ['--source', `${repository.url}@main`];
      expect((await expectExit(1, ['status', ...source])).stderr).toContain('error[SOURCE_UNAVAILABLE]');
      await write({ [POLICY]: policyOf(await signAs('ann')) });
      const commit = await repository.commit({ 'mcp.yaml': stackOf('a') });
      await pass(0);
      // What is newer is not what is in force.
      await repository.commit({ 'mcp.yaml': stackOf('a', 'later') });
      const status = await expectExit(0, ['status', '--detailed-exitcode', ...source]);
      expect(status.stdout).toContain('Ready=True');
      expect(status.stdout).not.toContain('later');
      await expectExit(0, ['drift', '--detailed-exitcode', ...source]);
      expect((await expectExit(0, ['history', ...source])).stdout).toContain(commit.slice(0, 12));
      // It is asked, and its program is not there.
      expect((await expectExit(1, ['tools', 'check', ...source])).stdout).toMatch(/^FAILED {3}a$/m);
      const address = 'claude-code/user/a';
      await expectExit(0, ['explain', address, ...source]);
      await expectExit(0, ['suspend', address, ...source]);
      expect((await expectExit(0, ['status', ...source])).stdout).toContain('suspended');
      await expectExit(0, ['resume', address, ...source]);
      expect((await expectExit(0, ['status', ...source])).stdout).not.toContain('suspended');
      const both = ['status', ...source, '--file', 'mcp.yaml'];
      expect((await expectExit(64, both)).stderr).toContain('exclude one another');
      const follows = `a loop of yours follows a repository: pass ${source.join(' ')};`;
      const hint = async (command: string) => (await expectExit(1, [command])).stderr.replaceAll(/\s+/g, ' ');
      expect(await hint('status')).toContain(follows);
      expect(await hint('plan')).toContain(`see \`mcpform status ${source.join(' ')}\`;`);
      expect((await expectExit(64, ['status', '--source', '.'])).stderr).toContain('is a folder');
    }));
});
