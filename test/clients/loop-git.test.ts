import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import type { Condition } from '../../src/model/loop.ts';
import { onStage, type Stage } from '../cli/stage.ts';
import { gitDaemon, relay } from '../support/git-daemon.ts';
import { type GitRepository, gitRepository } from '../support/git-repository.ts';
import { environmentWith } from '../support/mcpform.ts';
import { missing } from '../support/pins.ts';
import { type RunningLoop, startLoop } from '../support/running-loop.ts';
import { signCommits } from '../support/sign-commits.ts';
import { HERE, requireSsh, startSsh } from '../support/ssh-server.ts';

const stackOf = (...names: readonly string[]): string => `apiVersion: mcpform/v1
kind: Stack
name: team
servers:
${names.map((name) => `  ${name}: { command: node, args: [${name}.js] }`).join('\n')}
`;
const policyOf = (key: string): string => `apiVersion: mcpform/v1
kind: Policy
rules:
  commands: { allow: ["node **"] }
commits:
  - { ssh: ${key}, principal: ann@example.com }
`;

/** Where a team's repository is served. */
interface Host {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends each longer answer half way, or not any more. */
  breakOff(isBroken: boolean): void;
  stop(): Promise<void>;
}

async function serve(way: 'git' | 'ssh', { home }: Stage, { bare }: GitRepository): Promise<Host> {
  const ssh = way === 'ssh' ? await startSsh(HERE, home) : null;
  const server = ssh ?? (await gitDaemon(home));
  const between = await relay(server.port);
  const host = {
    breakOff: (isBroken: boolean) => between.cutAfter(isBroken ? 200_000 : null),
    stop: async () => {
      await between.stop();
      await server.stop();
    },
  };
  if (ssh === null) return { ...host, url: `git://127.0.0.1:${between.port}/team.git`, env: {} };
  const known = ssh.knownHosts.replace(`:${ssh.port} `, `:${between.port} `);
  await appendFile(join(home.folder, 'ssh/known_hosts'), known);
  const [bin = ''] = (ssh.env['PATH'] ?? '').split(delimiter);
  return {
    ...host,
    url: `ssh://root@127.0.0.1:${between.port}${bare}`,
    env: { PATH: [bin, environmentWith(home)['PATH']].join(delimiter) },
  };
}

/** A machine that follows a team's repository, which Ann signs. */
interface Following extends Stage {
  readonly host: Host;
  readonly repository: GitRepository;
  readonly loop: RunningLoop;
  readonly source: readonly string[];
  signAs(name: string | null): Promise<string>;
  servers(): Promise<readonly string[]>;
  /** Has the loop look, and waits until its condition says that. */
  until(
    type: Condition['type'],
    status: Condition['status'],
    reason: Condition['reason'],
  ): Promise<Condition>;
  /** Somebody removes a server; returns when the loop has put it back, without being asked to look. */
  losing(name: string): Promise<void>;
}

const following = (
  way: 'git' | 'ssh',
  { expect }: Pick<TestContext, 'expect'>,
  work: (team: Following) => Promise<void>,
): Promise<void> =>
  onStage(async (stage) => {
    const { home, write, read } = stage;
    const repository = await gitRepository(home, 'team');
    const host = await serve(way, stage, repository);
    const signAs: Following['signAs'] = (name) => signCommits(name, repository, home);
    const source = ['--source', `${host.url}@main`];
    try {
      await write({ '.config/mcpform/policy.yaml': policyOf(await signAs('ann')) });
      await repository.commit({ 'mcp.yaml': stackOf('a', 'b') });
      const local = way === 'git' ? ['--allow-local'] : [];
      const args = [...source, ...local, '--verify', 'head', '--interval', '1h', '--prune'];
      const loop = await startLoop(home, { args, env: host.env });
      const config = async () => JSON.parse(await read('.claude.json')) as { mcpServers: object };
      const servers = async () => Object.keys((await config()).mcpServers).sort();
      await work({
        ...stage,
        ...{ host, repository, loop, source, signAs, servers },
        until: async (type, status, reason) => {
          const before = loop.passes.length;
          process.kill(loop.pid, 'SIGHUP');
          const find = () => {
            const looked = loop.passes
              .slice(before)
              .some(({ wakes }) => wakes.some(({ kind }) => kind === 'signal'));
            return looked ? loop.conditions.findLast((each) => each.type === type) : undefined;
          };
          await expect.poll(find, { timeout: 15_000 }).toMatchObject({ status, reason });
          return find() as Condition;
        },
        losing: async (name) => {
          const { mcpServers, ...rest } = await config();
          const left = Object.fromEntries(Object.entries(mcpServers).filter(([each]) => each !== name));
          await write({ '.claude.json': { ...rest, mcpServers: left } });
          await expect.poll(servers, { timeout: 15_000 }).toContain(name);
        },
      });
      expect((await loop.stop()).exitCode).toBe(0);
    } finally {
      await host.stop();
    }
  }, null);

describe.concurrent('the running loop follows a repository', () => {
  it.for(['git', 'ssh'] as const)(
    'over %s: what is pushed, through all that can be wrong with it',
    async (way, { expect, skip }) => {
      if (way === 'ssh' && !(requireSsh() && process.getuid?.() === 0))
        return skip('only root can start sshd');
      await following(way, { expect }, async (team) => {
        const { repository, signAs, servers, until, losing, host, home, source } = team;
        expect(await servers()).toEqual(['a', 'b']);
        const push = (...names: readonly string[]) => repository.commit({ 'mcp.yaml': stackOf(...names) });
        const base = await push('a', 'b', 'c', 'd');
        await until('Ready', 'True', 'InSync');
        expect(await servers()).toEqual(['a', 'b', 'c', 'd']);

        await repository.commit({ 'mcp.yaml': `${stackOf('a', 'b')}  x: { comand: node }\n` });
        const { message } = await until('Stalled', 'True', 'SourceInvalid');
        expect(message).toMatch(/ at mcp\.yaml:7:8$/);
        await losing('a');
        expect(await servers()).toEqual(['a', 'b', 'c', 'd']);
        // The same condition, and another mistake.
        await repository.commit({ 'mcp.yaml': `${stackOf('a', 'b')}\n  : [` });
        const asked = await team.expectExit(1, ['reconcile', '--now', '--json', ...source]);
        expect(JSON.parse(asked.stdout).report.error.message).toMatch(/ at mcp\.yaml:8/);

        await signAs(null);
        await push('a', 'mallory');
        await until('SourceVerified', 'False', 'SignatureMissing');
        await losing('b');

        await signAs('eve');
        await push('a', 'eve');
        expect((await until('SourceVerified', 'False', 'SignatureUntrusted')).message).toContain('SHA256:');
        await losing('c');

        await signAs('ann');
        await repository.git('reset', '--quiet', '--hard', base);
        await push('a', 'b', 'c', 'd', 'e');
        await until('Stalled', 'False', 'Progressing');
        await until('SourceVerified', 'True', 'Verified');
        expect(await servers()).toEqual(['a', 'b', 'c', 'd', 'e']);

        await repository.git('reset', '--quiet', '--hard', base);
        const rewritten = await push('a', 'b', 'c', 'd', 'f');
        await until('Stalled', 'True', 'HistoryRewritten');
        await losing('d');
        expect(await servers()).toEqual(['a', 'b', 'c', 'd', 'e']);
        await team.expectExit(0, ['resume', '--accept-rewrite', rewritten, ...source]);
        await expect.poll(servers, { timeout: 15_000 }).toContain('f');

        await rename(repository.bare, join(home.folder, 'away'));
        await until('Ready', 'Unknown', 'SourceUnavailable');
        await losing('f');
        await rename(join(home.folder, 'away'), repository.bare);
        await until('Ready', 'True', 'InSync');

        host.breakOff(true);
        const noise = randomBytes(500_000).toString('hex');
        await repository.commit({ 'mcp.yaml': stackOf('a', 'b', 'c', 'd', 'f', 'g'), noise });
        await until('Ready', 'Unknown', 'SourceUnavailable');
        expect(await servers()).not.toContain('g');
        host.breakOff(false);
        await until('Ready', 'True', 'InSync');
        expect(await servers()).toContain('g');

        await repository.git('push', '--quiet', 'origin', 'main:trunk');
        await repository.git('--git-dir', repository.bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
        await repository.git('push', '--quiet', 'origin', '--delete', 'main');
        expect((await until('Ready', 'Unknown', 'SourceUnavailable')).message).toContain(
          'no branch or tag "main"',
        );
        await losing('g');
        await repository.push('main');
        await until('Ready', 'True', 'InSync');
      });
    },
  );

  it('leaves a rollback alone until it is told to go on, or Git says the same', async ({ expect }) => {
    await following('git', { expect }, async (team) => {
      const { repository, servers, until, source } = team;
      const push = (...names: readonly string[]) => repository.commit({ 'mcp.yaml': stackOf(...names) });
      const rollback = () =>
        team.expectExit(0, ['rollback', '1', '--auto-approve', '--no-settle', ...source]);
      const second = await push('a', 'b', 'c');
      await until('Ready', 'True', 'InSync');
      const { stdout } = await team.expectExit(0, ['history', ...source]);
      expect(stdout).toContain(second.slice(0, 12));

      await rollback();
      expect((await until('Stalled', 'True', 'OnHold')).message).toContain('generation 1');
      expect((await team.expectExit(0, ['history', ...source])).stdout).toContain('rollback 1');
      await push('a', 'b', 'c', 'd');
      await until('Ready', 'False', 'OnHold');
      expect(await servers()).toEqual(['a', 'b']);
      await team.expectExit(0, ['resume', ...source]);
      await expect.poll(servers, { timeout: 15_000 }).toEqual(['a', 'b', 'c', 'd']);
      await until('Ready', 'True', 'InSync');

      await rollback();
      await until('Stalled', 'True', 'OnHold');
      await push('a', 'b');
      await until('Ready', 'True', 'InSync');
      await push('a', 'b', 'e');
      await until('Ready', 'True', 'InSync');
      await expect.poll(servers, { timeout: 15_000 }).toEqual(['a', 'b', 'e']);
    });
  });

  it('keeps what was in force while the disk of its cache is full', async ({ expect, skip }) => {
    if (process.getuid?.() !== 0 || process.platform !== 'linux') {
      return skip(!missing('only root can make a small disk'));
    }
    await following('git', { expect }, async ({ repository, servers, until, losing, home }) => {
      const disk = join(home.folder, '.cache/mcpform/sources');
      // With all that is there already: the loop has nothing open between two passes.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', disk]);
      try {
        const noise = randomBytes(2_000_000).toString('base64');
        await repository.commit({ 'mcp.yaml': stackOf('a', 'b', 'c'), noise });
        expect((await until('Ready', 'Unknown', 'SourceUnavailable')).message).toMatch(
          /No space left|ENOSPC/,
        );
        await losing('a');
        expect(await servers()).toEqual(['a', 'b']);
        execFileSync('mount', ['-o', 'remount,size=64m', disk]);
        await until('Ready', 'True', 'InSync');
        expect(await servers()).toEqual(['a', 'b', 'c']);
      } finally {
        execFileSync('umount', ['--lazy', disk]);
      }
    });
  });
});
