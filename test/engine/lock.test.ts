import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseLock } from '../../src/lock/parse-lock.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import type { Lock, Pin } from '../../src/model/lock.ts';
import { onStage, type Stage } from '../cli/stage.ts';
import { type NpmRegistry, npmRegistry } from '../support/npm-registry.ts';
import { packTarball } from '../support/npm-registry-tarball.ts';

const manifest = (wanted: string, more = ''): string => `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  echo: { package: "npm:@acme/echo${wanted}"${more} }
`;
const OURS = '.local/share/mcpform';
const OTHER = `sha512-${'A'.repeat(86)}==`;

describe('the lock, from the registry to what runs', () => {
  let registry: NpmRegistry;

  beforeAll(async () => {
    registry = await npmRegistry();
  });
  afterAll(() => registry.close());
  beforeEach(() => {
    registry.unpublish('@acme/echo');
    registry.unpublish('helper');
    publishHelper('1.0.0');
    publishEcho('1.1.0');
    registry.forget();
  });

  function publishEcho(version: string): void {
    registry.publish({
      name: '@acme/echo',
      version,
      manifest: { bin: { echo: 'echo.js' }, dependencies: { helper: '^1.0.0' } },
      files: { 'echo.js': echo(version) },
    });
  }

  function publishHelper(version: string): void {
    registry.publish({ name: 'helper', version, files: { 'index.js': "module.exports = 'help';" } });
  }

  function stage<Result>(work: (stage: Stage) => Promise<Result>, text = manifest('@^1')): Promise<Result> {
    return onStage(async (on) => {
      await on.write({ '.npmrc': `registry=${registry.url}\n` });
      return await work(on);
    }, text);
  }

  /** Runs what the entry in the client's file says, as the client would. */
  async function start(on: Stage, ...more: readonly string[]): Promise<string> {
    const { command, args } = (await entryOf(on)) as { command: string; args: string[] };
    return execFileSync(command, [...args, ...more], {
      cwd: on.home.project,
      env: { ...on.home.env, TOKEN: 'from the client' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  it('pins what a range stands for, writes it down, and starts just that', () =>
    stage(async (on) => {
      const locked = await on.expectExit(0, ['lock']);
      expect(locked.stdout).toMatch(/^\+ echo {2}npm:@acme\/echo@1\.1\.0 \(sha256 [0-9a-f]{12}…\)$/m);
      expect(locked.stdout).toContain('mcp.lock.yaml written: 1 added.');
      const text = await on.read('project/mcp.lock.yaml');
      expect(text).toContain(`integrity: ${registry.integrityOf('@acme/echo', '1.1.0')}`);
      expect(text).toContain('requested: npm:@acme/echo@^1');
      expect(await on.read('project/mcp.lock.d/echo.npm.json')).toContain(
        registry.integrityOf('helper', '1.0.0'),
      );
      publishEcho('1.2.0');
      expect((await on.apply()).stdout).toContain('pinned: npm:@acme/echo@1.1.0');
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.1.0', helper: 'help' });
    }));

  it('is written again with the same bytes, and asks nothing when nothing changed', () =>
    stage(async (on) => {
      await on.expectExit(0, ['lock']);
      const before = await on.read('project/mcp.lock.yaml');
      registry.forget();
      const again = await on.expectExit(0, ['lock']);
      expect(again.stdout).toBe('mcp.lock.yaml is current: 1 unchanged.\n');
      expect(registry.asked).toEqual([]);
      expect(await on.read('project/mcp.lock.yaml')).toBe(before);
    }));

  it('moves with --update, for this reason, and takes the servers named only', () =>
    stage(async (on) => {
      await on.apply();
      publishEcho('1.2.0');
      const outdated = await on.expectExit(2, ['outdated', '--detailed-exitcode']);
      expect(outdated.stdout).toMatch(/echo +npm:@acme\/echo +1\.1\.0 \(6 y\) +1\.2\.0 \(6 y\)/);
      const updated = await on.expectExit(0, ['lock', '--update', 'echo']);
      expect(updated.stdout).toMatch(/^~ echo {2}npm:@acme\/echo 1\.1\.0 -> 1\.2\.0 \(/m);
      const plan = await on.expectExit(2, ['plan', '--detailed-exitcode']);
      expect(plan.stdout).toContain('because the lock pins something else');
      expect(plan.stdout).toContain('# the lock changed');
      await on.apply();
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.2.0' });
      expect((await on.run(['lock', '--update', 'nobody'])).exitCode).toBe(64);
    }));

  it('ignores releases that are too young', () =>
    stage(async (on) => {
      await on.expectExit(0, ['lock']);
      registry.publish({
        name: '@acme/echo',
        version: '1.9.0',
        manifest: { bin: { echo: 'echo.js' } },
        files: { 'echo.js': echo('1.9.0') },
        at: new Date().toISOString(),
      });
      const { stdout } = await on.expectExit(0, ['lock', '--update', '--cooldown', '7d']);
      expect(stdout).toContain('is current');
      expect((await on.expectExit(0, ['outdated', '--cooldown', '7d'])).stdout).toContain('0 of 1 server');
      expect((await on.expectExit(0, ['lock', '--update'])).stdout).toContain('1.9.0');
    }));

  it('is looked up by apply, and written only once the plan is approved', () =>
    stage(async (on) => {
      const refused = await on.expectExit(3, ['apply']);
      expect(refused.stdout).toContain('npm:@acme/echo@1.1.0');
      expect(await readdir(on.home.project)).toEqual(['mcp.yaml']);
      await on.apply();
      expect(await readdir(on.home.project)).toEqual(['mcp.lock.d', 'mcp.lock.yaml', 'mcp.yaml']);
      await on.expectExit(0, ['lock', '--check']);
      expect((await on.expectExit(0, ['plan', '--locked'])).stdout).toContain('No changes');
    }));

  it.each([
    ['--locked', {}, ['--locked']],
    ['CI', { CI: 'true' }, []],
  ])('must be complete with %s, and nothing is changed before it is', (_, env, flags) =>
    stage(async (on) => {
      const { stderr } = await on.expectExit(1, ['apply', '--auto-approve', ...flags], { env });
      expect(stderr).toContain(
        'error[GRAPH_UNLOCKED]: server "echo": "npm:@acme/echo@^1" is not in the lock',
      );
      expect(stderr).toContain('mcp.yaml:5:3');
      expect(registry.asked).toEqual([]);
      expect(await readdir(on.home.project)).toEqual(['mcp.yaml']);
      await on.expectExit(1, ['plan', ...flags], { env });
      await on.expectExit(1, ['lock', '--check'], { env });
      await on.expectExit(0, ['apply', '--auto-approve', '--no-locked', '--no-settle'], { env });
    }),
  );

  it('answers the question that is asked now, not the one of yesterday', () =>
    stage(async (on) => {
      await on.apply();
      await on.write({ 'project/mcp.yaml': manifest('@~1.1') });
      const { stderr } = await on.expectExit(1, ['lock', '--check']);
      expect(stderr).toContain('error[LOCK_UNSATISFIED]: server "echo" asks for something else');
      expect((await on.expectExit(0, ['lock'])).stdout).toContain('~ echo');
      await on.expectExit(0, ['lock', '--check']);
      await on.write({ 'project/mcp.yaml': manifest('@~1.1').replace('echo:', 'other:') });
      expect((await on.expectExit(1, ['lock', '--check', '--offline'])).stderr).toContain('LOCK_STALE');
      expect((await on.expectExit(0, ['lock'])).stdout).toMatch(/1 added, 1 removed/);
      expect(await readdir(join(on.home.project, 'mcp.lock.d'))).toEqual(['other.npm.json']);
    }));

  it('is caught when it lies', () =>
    stage(async (on) => {
      await on.expectExit(0, ['lock']);
      const path = join(on.home.project, 'mcp.lock.yaml');
      const text = await readFile(path, 'utf8');
      const integrity = registry.integrityOf('@acme/echo', '1.1.0');
      await writeFile(path, withPin(text, { integrity: OTHER }));
      const { stderr } = await on.expectExit(1, ['lock', '--check']);
      expect(stderr).toContain('RESOLVE_INTEGRITY');
      await writeFile(path, text.replace(integrity, 'sha512-short'));
      expect((await on.run(['validate'])).stderr).toMatch(/mcp\.lock\.yaml:\d+:\d+/);
      await writeFile(path, text);
      await on.write({ 'project/mcp.lock.d/echo.npm.json': '{}\n' });
      expect((await on.expectExit(1, ['lock', '--check', '--offline'])).stderr).toContain('mcp.lock.d');
      const tampered = await on.run(['apply', '--auto-approve', '--no-settle']);
      expect(tampered.exitCode).toBe(5);
      expect(tampered.stdout + tampered.stderr).toContain('RESOLVE_INTEGRITY');
      expect(await on.read('.claude.json').catch(() => 'nothing')).not.toContain('echo');
    }));

  it('refuses a release that changed after it was locked, before a line of it runs', () =>
    stage(async (on) => {
      await on.expectExit(0, ['lock']);
      registry.replaceTarball(
        '@acme/echo',
        '1.1.0',
        packTarball({
          'package.json': JSON.stringify({
            name: '@acme/echo',
            version: '1.1.0',
            bin: { echo: 'echo.js' },
            scripts: { postinstall: 'touch "$HOME/ran"', install: 'touch "$HOME/ran"' },
          }),
          'echo.js': "require('fs').writeFileSync(process.env.HOME + '/ran', '')",
        }),
      );
      const { stdout, stderr } = await on.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(stdout + stderr).toContain('RESOLVE_INTEGRITY');
      expect(stdout + stderr).toContain(registry.integrityOf('@acme/echo', '1.1.0'));
      expect(await readdir(on.home.folder)).not.toContain('ran');
      expect(await on.read('.claude.json').catch(() => 'nothing')).not.toContain('echo');
    }));

  it('is not rolled back, nor given other content, by who may write to the repository', () =>
    stage(async (on) => {
      publishEcho('1.2.0');
      await on.apply();
      const files = ['mcp.lock.yaml', 'mcp.lock.d/echo.npm.json'] as const;
      const good = await Promise.all(files.map((file) => on.read(`project/${file}`)));
      await on.write({ 'project/mcp.yaml': manifest('@1.1.0') });
      const older = await on.expectExit(5, ['lock']);
      expect(older.stdout).toContain('LOCK_DOWNGRADE');
      await on.expectExit(0, ['lock', '--allow-downgrade']);
      const plan = await on.expectExit(0, ['plan']);
      expect(plan.stdout).toMatch(/the newer "npm:@acme\/echo@1\.2\.0" was applied\s+#\s+\[LOCK_DOWNGRADE\]/);
      await on.expectExit(0, ['plan', '--allow-downgrade']);

      await on.write({ 'project/mcp.yaml': manifest('@^1') });
      await on.write({
        'project/mcp.lock.yaml': withPin(good[0] as string, { integrity: OTHER }),
        'project/mcp.lock.d/echo.npm.json': good[1] as string,
      });
      const swapped = await on.expectExit(0, ['plan', '--allow-downgrade']);
      expect(swapped.stdout).toContain('[LOCK_INTEGRITY]');
      expect(swapped.stdout).toContain('Plan: 1 in conflict.');
      await on.expectExit(5, ['apply', '--auto-approve', '--no-settle', '--allow-downgrade']);
    }));

  it('starts without network once it was fetched', () =>
    stage(async (on) => {
      await on.apply();
      registry.unpublish('@acme/echo');
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.1.0' });
      await on.apply();
    }));

  it('never takes what lies in the caches of npx or npm, whatever somebody put there', () =>
    stage(async (on) => {
      await on.expectExit(0, ['lock']);
      const evil = "require('node:fs').writeFileSync(process.env.HOME + '/ran', '');";
      const planted = ['echo', 'exec', '0123456789abcdef'].map((key) => `.npm/_npx/${key}/node_modules`);
      for (const modules of planted) {
        await on.write({
          [`${modules}/@acme/echo/package.json`]: { name: '@acme/echo', version: '1.1.0', bin: 'echo.js' },
          [`${modules}/@acme/echo/echo.js`]: evil,
          [`${modules}/helper/index.js`]: evil,
        });
      }
      // Where npm itself keeps what it fetched, by the hash it is asked for.
      const [, base64 = ''] = registry.integrityOf('@acme/echo', '1.1.0').split('-');
      const hex = Buffer.from(base64, 'base64').toString('hex');
      const content = `content-v2/sha512/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex.slice(4)}`;
      for (const cache of ['.npm/_cacache', '.cache/mcpform/npm', '.cache/mcpform/npm/_cacache']) {
        await on.write({ [`${cache}/${content}`]: evil });
      }
      await on.apply();
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.1.0', helper: 'help' });
      expect(await readdir(on.home.folder)).not.toContain('ran');
    }));

  it('says when what an entry starts is gone, and brings it back', () =>
    stage(async (on) => {
      await on.apply();
      execFileSync('chmod', ['-R', 'u+w', join(on.home.folder, OURS)]);
      await rm(join(on.home.folder, OURS, 'store'), { recursive: true });
      const { stderr } = await on.expectExit(0, ['plan']);
      expect(stderr).toContain('LAUNCH_UNPREPARED');
      await on.apply();
      expect((await on.expectExit(0, ['plan'])).stderr).not.toContain('LAUNCH_UNPREPARED');
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.1.0' });
    }));

  it('refuses to start what somebody edited, naming both hashes', () =>
    stage(async (on) => {
      await on.apply();
      const store = join(on.home.folder, OURS, 'store');
      const [key = ''] = await readdir(store);
      const file = join(store, key, 'tree/node_modules/helper/index.js');
      await chmod(file, 0o644);
      await writeFile(file, "module.exports = 'evil';");
      const failed = await start(on).catch((error: { stderr: string; status: number }) => error);
      expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining('LAUNCH_TAMPERED') });
      expect((failed as { stderr: string }).stderr.match(/[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(2);
    }));

  it('gives the program its arguments and the client’s variables, and nothing that loads other code', () =>
    stage(
      async (on) => {
        await on.apply();
        const { command, args, env } = (await entryOf(on)) as {
          command: string;
          args: string[];
          env: Record<string, string>;
        };
        expect(args.join(' ')).not.toContain('--flag');
        expect(env).toEqual({ KEY: '${TOKEN}' });
        const said = execFileSync(command, args, {
          cwd: on.home.project,
          env: { ...on.home.env, TOKEN: 't0k3n', KEY: 't0k3n', NODE_PATH: '/evil', LD_LIBRARY_PATH: '/evil' },
          encoding: 'utf8',
        });
        expect(JSON.parse(said)).toMatchObject({
          argv: ['--flag', 't0k3n', 'none'],
          env: { KEY: 't0k3n' },
          loaders: [],
        });
      },
      manifest('@^1', ', args: [--flag, "${TOKEN}", "${NOBODY:-none}"], env: { KEY: "${TOKEN}" }'),
    ));

  it('puts the two sides of a Git merge together by itself', () =>
    stage(async (on) => {
      await on.expectExit(0, ['lock']);
      const ours = await on.read('project/mcp.lock.yaml');
      const { lock } = parseLock(Buffer.from(ours), 'mcp.lock.yaml');
      const pin = lock?.servers['echo'] as Pin;
      const theirs = printLock({ ...(lock as Lock), servers: { ears: pin } });
      const [one, other] = [/^ {2}echo:\n(?: {4}.*\n)+/m, /^ {2}ears:\n(?: {4}.*\n)+/m];
      const [block, added] = [one.exec(ours)?.[0] ?? '', other.exec(theirs)?.[0] ?? ''];
      const marked = ours.replace(block, `<<<<<<< HEAD\n${block}=======\n${added}>>>>>>> other\n`);
      await on.write({ 'project/mcp.lock.yaml': marked });
      expect((await on.run(['plan'])).stderr).toContain('LOCK_CONFLICT');
      const { stdout } = await on.expectExit(0, ['lock']);
      expect(stdout).toContain('mcp.lock.yaml written');
      expect(await on.read('project/mcp.lock.yaml')).toBe(ours);
    }));

  it('keeps what a rollback goes back to out of the file', () =>
    stage(async (on) => {
      await on.apply();
      publishEcho('1.2.0');
      await on.expectExit(0, ['lock', '--update']);
      await on.apply();
      const text = await on.read('project/mcp.lock.yaml');
      await on.expectExit(0, ['rollback', '1', '--auto-approve', '--no-settle']);
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.1.0' });
      expect(await on.read('project/mcp.lock.yaml')).toBe(text);
    }));

  it('says everything as JSON too', () =>
    stage(async (on) => {
      const { stdout } = await on.expectExit(0, ['lock', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({
        formatVersion: '1.0',
        stack: 'tools',
        isChanged: true,
        servers: [{ server: 'echo', result: 'added', before: null, after: { name: 'npm:@acme/echo@1.1.0' } }],
        findings: [],
      });
      const outdated = await on.expectExit(0, ['outdated', '--json']);
      expect(JSON.parse(outdated.stdout)).toMatchObject({
        servers: [{ server: 'echo', current: { version: '1.1.0' }, wanted: null, latest: null }],
      });
      const check = await on.expectExit(0, ['lock', '--check', '--json']);
      expect(JSON.parse(check.stdout)).toMatchObject({ isCurrent: true, findings: [] });
    }));

  it('leaves the others alone when one name cannot be found', () =>
    stage(async (on) => {
      const text = `${manifest('@^1')}  nobody: { package: "npm:nobody-has-this" }\n`;
      await on.write({ 'project/mcp.yaml': text });
      const { stdout } = await on.expectExit(5, ['lock']);
      expect(stdout).toContain('+ echo');
      expect(stdout).toMatch(/^! nobody .*RESOLVE_NOT_FOUND/ms);
      expect(stdout).toContain('1 added, 1 failed');
      const applied = await on.expectExit(5, ['apply', '--auto-approve', '--no-settle']);
      expect(applied.stdout).toContain('[RESOLVE_NOT_FOUND]');
      expect(JSON.parse(await start(on))).toMatchObject({ version: '1.1.0' });
    }));
});

/** The lock as somebody writes it who knows how. */
function withPin(text: string, changes: Partial<Pin>): string {
  const { lock } = parseLock(Buffer.from(text), 'mcp.lock.yaml');
  const pin = { ...(lock?.servers['echo'] as Pin), ...changes } as Pin;
  return printLock({ ...(lock as Lock), servers: { echo: pin } });
}

async function entryOf(on: Stage): Promise<unknown> {
  return JSON.parse(await on.read('.claude.json')).mcpServers.echo;
}

function echo(version: string): string {
  return `#!/usr/bin/env node
const loaders = Object.keys(process.env).filter((name) => /^(NODE_|LD_|DYLD_)/.test(name));
console.log(JSON.stringify({ version: '${version}', helper: require('helper'), argv: process.argv.slice(2), env: process.env, loaders }));
`;
}
