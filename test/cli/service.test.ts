import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launcherCommand } from '../../src/launch/launcher-command.ts';
import { onStage, type Stage } from './stage.ts';

const FOLDER = '.config/systemd/user';
/** Of this checkout. In a temporary folder it must be refused, and that is what is tested then. */
const isTemporary = launcherCommand().ephemeral !== null;
const isLinux = process.platform === 'linux';

/** Nobody's own services are started or stopped: what is called is this. */
async function withSystemctl(
  work: (
    stage: Stage,
    called: () => Promise<readonly string[]>,
    env: Record<string, string>,
  ) => Promise<void>,
  { isActive = true, fails = '' } = {},
): Promise<void> {
  await onStage(async (stage) => {
    const log = join(stage.home.folder, 'systemctl.log');
    await stage.write({
      'bin/systemctl': `#!/bin/sh
echo "$*" >> "${log}"
case "$*" in
  *is-active*) ${isActive ? 'echo active' : 'echo inactive; exit 3'} ;;
  ${fails === '' ? 'nothing' : fails}) echo "no bus" >&2; exit 1 ;;
esac
`,
    });
    await chmod(join(stage.home.folder, 'bin/systemctl'), 0o755);
    const called = async (): Promise<readonly string[]> =>
      (await stage.read('systemctl.log').catch(() => '')).split('\n').filter((line) => line !== '');
    const env = { PATH: `${stage.home.folder}/bin:${process.env['PATH']}` };
    await work(stage, called, env);
  });
}

const unitsOf = async (stage: Stage): Promise<readonly string[]> =>
  (await readdir(join(stage.home.folder, FOLDER)).catch(() => [])).filter((name) =>
    name.endsWith('.service'),
  );

const fromTemporaryFolder = (): void => {
  it('writes nothing', () =>
    withSystemctl(async (stage, called, env) => {
      const ran = await stage.run(['service', 'install', '--start'], { env });
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toContain('error[SERVICE_EPHEMERAL]');
      expect(await unitsOf(stage)).toEqual([]);
      expect(await called()).toEqual([]);
    }));
};

const fromLastingFolder = (): void => {
  it('install writes the unit and says what starts it, and does not', () =>
    withSystemctl(async (stage, called, env) => {
      const args = ['service', 'install', '--', '--interval', '10m', '--prune'];
      const { stdout } = await stage.expectExit(0, args, { env });
      const [unit = ''] = await unitsOf(stage);
      expect(unit).toMatch(/^mcpform-tools-[0-9a-f]{12}\.service$/);
      expect(stdout).toContain(`  systemctl --user restart ${unit}\n`);
      const text = await stage.read(join(FOLDER, unit));
      expect(text).toMatch(
        /^ExecStart="\/.*\/mcpform\.cjs" "reconcile" "--interval" "10m" "--prune" "--log" "json"$/m,
      );
      expect(text).toContain(`WorkingDirectory=${stage.home.project}\n`);
      expect(await called()).toEqual([]);
      expect((await stage.expectExit(0, args, { env })).stdout).toContain(': unchanged\n');
    }));

  it('install --start, status and uninstall --stop ask systemd in order, and leave nothing', () =>
    withSystemctl(async (stage, called, env) => {
      const json = async (...args: readonly string[]) =>
        JSON.parse((await stage.expectExit(0, ['service', ...args, '--json'], { env })).stdout);
      const installed = await json('install', '--start');
      const { name } = installed;
      expect(installed).toMatchObject({ formatVersion: '1.0', result: 'created', isStarted: true });
      expect(await json('status')).toEqual({
        formatVersion: '1.0',
        services: [{ name, file: installed.file, standing: 'ours', state: 'running' }],
      });
      expect(await json('uninstall', '--stop')).toMatchObject({ name, isStopped: true });
      expect(await called()).toEqual([
        '--user daemon-reload',
        `--user enable ${name}.service`,
        `--user restart ${name}.service`,
        `--user is-active ${name}.service`,
        `--user is-active ${name}.service`,
        `--user stop ${name}.service`,
        '--user daemon-reload',
      ]);
      expect(await unitsOf(stage)).toEqual([]);
      expect((await stage.expectExit(0, ['service', 'status'], { env })).stdout).toContain('No service');
    }));

  it('uninstall --stop removes what does not run, too', () =>
    withSystemctl(
      async (stage, called, env) => {
        await stage.expectExit(0, ['service', 'install'], { env });
        await stage.expectExit(0, ['service', 'uninstall', '--stop'], { env });
        expect((await called()).join()).not.toContain('stop');
        expect(await unitsOf(stage)).toEqual([]);
      },
      { isActive: false },
    ));

  it('install --start says what failed, and keeps the file', () =>
    withSystemctl(
      async (stage, _called, env) => {
        const ran = await stage.run(['service', 'install', '--start'], { env });
        expect(ran.exitCode).toBe(1);
        expect(ran.stderr).toContain(
          'error[SERVICE_FAILED]: `systemctl --user daemon-reload` failed: no bus',
        );
        expect(await unitsOf(stage)).toHaveLength(1);
      },
      { fails: '*daemon-reload*' },
    ));

  it('asks which one, where there are two', () =>
    withSystemctl(async (stage, _called, env) => {
      await stage.expectExit(0, ['service', 'install'], { env });
      const source = ['--source', 'https://github.com/acme/tools@main', '--mode', 'warn'];
      await stage.expectExit(0, ['service', 'install', '--', ...source], { env });
      const ran = await stage.run(['service', 'uninstall'], { env });
      expect(ran.stderr).toContain('error[SERVICE_NOT_FOUND]: 2 services are installed: ');
      expect(await unitsOf(stage)).toHaveLength(2);
    }));

  it.each([
    ['an option that the loop has not', ['--intervall', '5m']],
    ['a mode that there is not', ['--mode', 'guess']],
    ['one pass', ['--once']],
    ['an interval that is too short', ['--interval', '1s']],
    ['a window that is none', ['--window', 'deny sometimes']],
    ['an age that is no time', ['--max-age', 'old']],
    ['a webhook that anybody could call', ['--webhook', '9465']],
    [
      'a source and a file',
      ['--source', 'https://github.com/acme/mcp', '--verify', 'head', '--file', 'a.yaml'],
    ],
  ])('install refuses %s, which would fail at each start', (_what, args) =>
    withSystemctl(async (stage, _called, env) => {
      const ran = await stage.run(['service', 'install', '--', ...args], { env });
      expect(ran.exitCode).toBe(64);
      expect(ran.stderr).toContain('error[USAGE]');
      expect(await unitsOf(stage)).toEqual([]);
    }),
  );

  it('install refuses a repository that nobody vouches for, as the loop would at each start', () =>
    withSystemctl(async (stage, _called, env) => {
      const args = ['service', 'install', '--', '--source', 'https://github.com/acme/mcp'];
      const ran = await stage.run(args, { env });
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toContain('error[SOURCE_UNSIGNED]');
      expect(await unitsOf(stage)).toEqual([]);
    }));

  it('leaves a unit alone that somebody edited', () =>
    withSystemctl(async (stage, _called, env) => {
      await stage.expectExit(0, ['service', 'install'], { env });
      const [unit = ''] = await unitsOf(stage);
      const edited = `${await stage.read(join(FOLDER, unit))}# mine\n`;
      await stage.write({ [join(FOLDER, unit)]: edited });
      for (const args of [['install'], ['uninstall', '--stop']]) {
        const ran = await stage.run(['service', ...args], { env });
        expect(ran.stderr).toContain('error[SERVICE_FOREIGN]');
      }
      expect(await stage.read(join(FOLDER, unit))).toBe(edited);
      const { stdout } = await stage.expectExit(0, ['service', 'status'], { env });
      expect(stdout).toContain('was edited after mcpform wrote it');
    }));
};

// Where this checkout lies decides which of the two can be tried.
if (isLinux) {
  if (isTemporary) describe('service install from a temporary folder', fromTemporaryFolder);
  else describe('service', fromLastingFolder);
}
