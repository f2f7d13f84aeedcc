import { rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onTerminal } from './pseudo-terminal.ts';
import { CANARY, KEPT_BOOKS, onSecretStage, type SecretStage } from './secrets-stage.ts';

const LINEAR = 'claude-code/user/linear';

interface Listed {
  readonly address: string;
  readonly locator: string;
  readonly state: string;
  readonly by: string;
}

async function listed({ expectExit }: SecretStage, ...more: readonly string[]): Promise<readonly Listed[]> {
  const { stdout } = await expectExit(0, ['grant', 'list', '--json', ...more]);
  return JSON.parse(stdout).grants;
}

async function applied(stage: SecretStage): Promise<void> {
  await stage.keep('linear', CANARY);
  await stage.apply();
}

describe.concurrent('grant add', () => {
  it('shows what is launched and what it would receive, and grants after a yes', () =>
    onSecretStage(async (stage) => {
      const terminal = onTerminal(['grant', 'add', LINEAR], stage.home);
      await terminal.shows('Only "yes" does it: ');
      expect(terminal.shown()).toContain(`${LINEAR} starts /bin/cat linear`);
      expect(terminal.shown()).toContain('as env.LINEAR_TOKEN, through mcpform exec');
      expect(await listed(stage)).toEqual([]);
      terminal.type('yes\r');
      expect(await terminal.ended).toBe(0);
      const locator = `file:${stage.home.folder}/store/linear`;
      expect(await listed(stage)).toMatchObject([
        { address: LINEAR, locator, name: 'linear', state: 'current', by: 'command' },
      ]);
      expect(await stage.hasAsked()).toBe(false);
      // What is granted is not asked for again.
      const again = await stage.expectExit(0, ['grant', 'add', LINEAR]);
      expect(again.stdout).toContain(`Granted to ${LINEAR} before: linear.`);
    }));

  it('is taken by apply as an approval: nothing is new then', () =>
    onSecretStage(async (stage) => {
      await stage.keep('linear', CANARY);
      await stage.expectExit(0, ['grant', 'add', LINEAR, '--auto-approve']);
      const { stdout } = await stage.expectExit(0, ['plan']);
      expect(stdout).toMatch(/receives secret linear \(.*\) through mcpform exec$/m);
      expect(stdout).toMatch(/receives secret notes \(.*\) through mcpform exec, new$/m);
    }));

  it('grants nothing without a yes', () =>
    onSecretStage(async (stage) => {
      const { stderr } = await stage.expectExit(3, ['grant', 'add', LINEAR]);
      expect(stderr).toContain('NOT_APPROVED');
      const terminal = onTerminal(['grant', 'add', LINEAR], stage.home);
      await terminal.shows('Only "yes" does it: ');
      terminal.type('y\r');
      expect(await terminal.ended).toBe(3);
      expect(await listed(stage)).toEqual([]);
    }));

  it('is refused where machine policy denies the secret', () =>
    onSecretStage(async (stage) => {
      const policy = 'apiVersion: mcpform/v1\nkind: Policy\nrules: { secrets: { deny: ["file:*"] } }\n';
      await stage.write({ '.config/mcpform/policy.yaml': policy });
      const { stderr } = await stage.expectExit(6, ['grant', 'add', LINEAR, '--auto-approve']);
      expect(stderr).toContain('POLICY_DENIED');
      expect(await listed(stage)).toEqual([]);
      await stage.expectExit(0, ['grant', 'add', 'claude-code/user/remote', '--auto-approve']);
    }));

  it.each([
    ['an address that is not declared', ['claude-code/user/nope'], 'PLAN_ADDRESS_UNKNOWN'],
    ['a secret that it does not ask for', [LINEAR, '--secret', 'notes'], 'it asks for linear'],
  ])('refuses %s', (_what, args, says) =>
    onSecretStage(async (stage) => {
      const { stderr } = await stage.expectExit(64, ['grant', 'add', ...args, '--auto-approve']);
      expect(stderr).toContain(says);
    }),
  );

  it('waits for nobody who has the books', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      const lock = { nonce: '00', machineId: 'another', pid: 1, command: 'apply' };
      await stage.write({ [`${KEPT_BOOKS}/lock`]: lock });
      await stage.expectExit(4, ['grant', 'revoke', LINEAR]);
      await stage.expectExit(4, ['grant', 'add', LINEAR, '--auto-approve']);
    }));
});

describe.concurrent('grant revoke', () => {
  it('refuses the very next start, until it is granted again', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      const start = ['exec', await stage.launchOf('linear')];
      const other = ['exec', await stage.launchOf('notes')];
      const ran = await stage.run(start);
      expect(ran.stderr).not.toContain('SECRET_NOT_GRANTED');
      const revoked = await stage.expectExit(0, ['grant', 'revoke', LINEAR]);
      expect(revoked.stdout).toContain(`from ${LINEAR}.`);
      expect(revoked.stdout).toContain('What runs now has it until it is stopped');
      expect((await stage.expectExit(1, start)).stderr).toContain('SECRET_NOT_GRANTED');
      expect((await stage.run(other)).stderr).not.toContain('SECRET_NOT_GRANTED');
      const plan = await stage.expectExit(0, ['plan']);
      expect(plan.stdout).toMatch(/receives secret linear \(.*\) through mcpform exec, new$/m);
      await stage.expectExit(0, ['grant', 'add', LINEAR, '--auto-approve']);
      expect((await stage.run(start)).stderr).not.toContain('SECRET_NOT_GRANTED');
      await stage.expectHidden([ran, revoked, plan].map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    }));

  it('takes it from launches of earlier generations too', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      const earlier = await stage.launchOf('linear');
      const manifest = await stage.read('project/mcp.yaml');
      await stage.write({ 'project/mcp.yaml': manifest.replace('[linear]', '[other]') });
      await stage.apply();
      expect(await stage.launchOf('linear')).not.toBe(earlier);
      const { stdout } = await stage.expectExit(0, ['grant', 'revoke', LINEAR, '--json']);
      expect(JSON.parse(stdout).launches).toEqual(expect.arrayContaining([await stage.launchOf('linear')]));
      expect((await stage.expectExit(1, ['exec', earlier])).stderr).toContain('SECRET_NOT_GRANTED');
    }));

  it('leaves it to another address that starts the very same launch', () =>
    onSecretStage(async (stage) => {
      const manifest = await stage.read('project/mcp.yaml');
      const targets = '[{ client: claude-code, scope: user }, { client: claude-code, scope: local }]';
      await stage.write({
        'project/mcp.yaml': manifest.replace('args: [linear],', `args: [linear], targets: ${targets},`),
      });
      await applied(stage);
      const start = ['exec', await stage.launchOf('linear')];
      await stage.expectExit(0, ['grant', 'revoke', LINEAR]);
      expect((await stage.run(start)).stderr).not.toContain('SECRET_NOT_GRANTED');
      await stage.expectExit(0, ['grant', 'revoke', 'claude-code/local/linear']);
      expect((await stage.expectExit(1, start)).stderr).toContain('SECRET_NOT_GRANTED');
      // Granted to one of them again, and to that one alone.
      await stage.expectExit(0, ['grant', 'add', LINEAR, '--auto-approve']);
      expect((await stage.run(start)).stderr).not.toContain('SECRET_NOT_GRANTED');
      const current = (await listed(stage)).filter(({ locator }) => locator.startsWith('file:'));
      expect(current.map(({ address }) => address)).toEqual([LINEAR]);
    }));

  it('works without a manifest, and with a broken one, from the books', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      const file = join(stage.home.project, 'mcp.yaml');
      await rename(file, `${file}.away`);
      expect(await listed(stage)).toMatchObject([
        { address: LINEAR, name: null, state: 'current' },
        { address: 'claude-code/user/notes', state: 'current' },
        { address: 'claude-code/user/remote', state: 'current' },
      ]);
      const locator = `file:${stage.home.folder}/store/linear`;
      const named = await stage.expectExit(64, ['grant', 'revoke', LINEAR, '--secret', 'linear']);
      expect(named.stderr).toContain('give its locator');
      await stage.expectExit(0, ['grant', 'revoke', LINEAR, '--secret', locator]);
      const start = ['exec', await stage.launchOf('linear')];
      expect((await stage.expectExit(1, start)).stderr).toContain('SECRET_NOT_GRANTED');
      await stage.write({ 'project/mcp.yaml': 'servers: {' });
      await stage.expectExit(0, ['grant', 'revoke', '--all']);
      expect(await listed(stage)).toEqual([]);
      await unlink(file);
      const elsewhere = { cwd: stage.home.folder };
      expect((await stage.expectExit(1, ['grant', 'list'], elsewhere)).stderr).toContain(
        'MANIFEST_NOT_FOUND',
      );
      await stage.expectExit(0, ['grant', 'list', '--stack', 'kept'], elsewhere);
      const unknown = await stage.expectExit(64, ['grant', 'list', '--stack', 'other'], elsewhere);
      expect(unknown.stderr).toContain('stacks are kept');
    }));

  it('takes no other stack of the folder for one whose manifest is broken or gone', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      await stage.write({ 'project/second.yaml': 'servers: {', 'elsewhere/mcp.yaml': 'servers: {' });
      for (const file of ['second.yaml', 'third.yaml', '../elsewhere/mcp.yaml', '../nowhere/mcp.yaml']) {
        const { stderr } = await stage.expectExit(1, ['grant', 'revoke', '--all', '-f', file]);
        expect(stderr).toContain('MANIFEST_');
      }
      expect(await listed(stage)).toHaveLength(3);
      await stage.write({ 'project/mcp.yaml': 'servers: {' });
      await stage.expectExit(0, ['grant', 'revoke', '--all', '-f', 'mcp.yaml']);
      expect(await listed(stage)).toEqual([]);
    }));

  it('leaves the grants of another stack as they are', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      const other = (await stage.read('project/mcp.yaml'))
        .replace('name: kept', 'name: second')
        .replace('  linear: { command', '  more: { command');
      await stage.write({ 'project/second.yaml': other });
      await stage.apply('-f', 'second.yaml', '--target', 'claude-code/user/more');
      const start = ['exec', await stage.launchOf('more')];
      await stage.expectExit(0, ['grant', 'revoke', '--all']);
      expect((await stage.run(start)).stderr).not.toContain('SECRET_NOT_GRANTED');
      const kept = await listed(stage, '-f', 'second.yaml');
      expect(kept).toMatchObject([{ address: 'claude-code/user/more', state: 'current' }]);
    }));

  it('says who has it all the same: what clients expand, and what stands in clear', () =>
    onSecretStage(async (stage) => {
      const manifest = await stage.read('project/mcp.yaml');
      await stage.write({
        'project/mcp.yaml': manifest.replace('[linear],', '[linear], emit: plaintext,'),
      });
      await applied(stage);
      const { stdout } = await stage.expectExit(0, ['grant', 'revoke', '--all', '--json']);
      expect(JSON.parse(stdout).remaining).toEqual([
        { address: LINEAR, locator: `file:${stage.home.folder}/store/linear`, how: 'written' },
        { address: 'claude-code/user/remote', locator: 'env:SOME_TOKEN', how: 'expanded' },
      ]);
      const again = await stage.expectExit(0, ['grant', 'revoke', '--all']);
      expect(again.stdout).toBe('Nothing of that was granted.\n');
    }));

  it.each([
    ['neither an address nor --all', [], 'USAGE'],
    ['both', [LINEAR, '--all'], 'USAGE'],
    ['an address that nobody has heard of', ['claude-code/user/nope'], 'PLAN_ADDRESS_UNKNOWN'],
    ['a secret that nobody has heard of', ['--all', '--secret', 'nope'], 'USAGE'],
  ])('refuses %s', (_what, args, code) =>
    onSecretStage(async (stage) => {
      const { stderr } = await stage.expectExit(64, ['grant', 'revoke', ...args]);
      expect(stderr).toContain(code);
    }),
  );
});

describe.concurrent('grant list', () => {
  it('says what is no longer in force, and why', () =>
    onSecretStage(async (stage) => {
      await applied(stage);
      const manifest = await stage.read('project/mcp.yaml');
      await stage.write({
        'project/mcp.yaml': manifest
          .replace('[linear]', '[other]')
          .replace(/^ {2}notes: \{ command.*\n/m, ''),
      });
      expect(await listed(stage)).toMatchObject([
        { address: LINEAR, state: 'older-launch' },
        { address: 'claude-code/user/notes', state: 'not-asked-for' },
        { address: 'claude-code/user/remote', state: 'current' },
      ]);
      const { stdout } = await stage.expectExit(0, ['grant', 'list']);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        'by an apply: not in force, something else is launched there now',
      );
      expect(stdout).toContain('3 grants, 2 no longer in force.');
    }));
});
