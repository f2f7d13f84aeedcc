import { describe, expect, it } from 'vitest';
import { breakDocker, fakeDocker, LEAKED, SUSPECT } from './fake-docker.ts';
import { onTerminal } from './pseudo-terminal.ts';
import { violations } from './schemas.ts';
import { fingerprint, onStage } from './stage.ts';

const short = (id: string): string => id.slice(0, 12);

describe.concurrent('a sweep', () => {
  it('is shown by plan --sweep, which changes nothing and needs no manifest', () =>
    onStage(async (stage) => {
      const { env, removed } = await fakeDocker(stage);
      const before = await fingerprint(stage.home.folder, (path) => path.startsWith('.cache'));
      const { stdout } = await stage.expectExit(0, ['plan', '--sweep'], { env });
      expect(stdout).toContain(
        `- ${short(LEAKED)}  github  1 d  running, the machine was started again since`,
      );
      expect(stdout).toContain(`? ${short(SUSPECT)}  mcp/time  1 d`);
      expect(stdout).toContain('1 container to remove, 1 only listed.');
      await stage.expectExit(2, ['plan', '--sweep', '--detailed-exitcode'], { env });
      const json = await stage.expectExit(0, ['plan', '--sweep', '--older-than', '2h', '--json'], { env });
      const report = JSON.parse(json.stdout);
      expect(violations('event#/$defs/sweepReport', report)).toEqual([]);
      expect(report.containers.map((each: { isChosen: boolean }) => each.isChosen)).toEqual([true, true]);
      expect(await removed()).toEqual([]);
      expect(await fingerprint(stage.home.folder, (path) => path.startsWith('.cache'))).toEqual(before);
    }, null));

  it('removes what is left behind, and suspects of an age alone', () =>
    onStage(async (stage) => {
      const { env, removed } = await fakeDocker(stage);
      const args = ['apply', '--sweep', '--auto-approve'];
      const { stdout, stderr } = await stage.expectExit(0, args, { env });
      expect(stdout).toContain('1 removed.');
      expect(stderr).toContain(`- ${short(LEAKED)} (github) removed`);
      expect(await removed()).toEqual([LEAKED]);
      await stage.expectExit(0, [...args, '--older-than', '2d'], { env });
      expect(await removed()).toEqual([LEAKED, LEAKED]);
      await stage.expectExit(0, [...args, '--older-than', '23h'], { env });
      expect((await removed()).slice(2).sort()).toEqual([LEAKED, SUSPECT]);
    }, null));

  it('is a stream of events with --json, each as the schema has it', () =>
    onStage(async (stage) => {
      const { env } = await fakeDocker(stage);
      const { stdout, stderr } = await stage.expectExit(0, ['apply', '--sweep', '--auto-approve', '--json'], {
        env,
      });
      expect(stderr).toBe('');
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(events.flatMap((event) => violations('event', event))).toEqual([]);
      expect(events.slice(1).map(({ kind }) => kind)).toEqual([
        'sweep.found',
        'sweep.finished',
        'run.finished',
      ]);
      expect(events.at(-2).outcome).toEqual({ id: LEAKED, result: 'removed' });
    }, null));

  it('is not done unasked: exit 3, and nothing is removed', () =>
    onStage(async (stage) => {
      const { env, removed } = await fakeDocker(stage);
      for (const more of [[], ['--json']]) {
        const ran = await stage.expectExit(3, ['apply', '--sweep', ...more], { env });
        expect(ran.stdout + ran.stderr).toContain('NOT_APPROVED');
      }
      expect(await removed()).toEqual([]);
    }, null));

  it.each([
    ['yes', 0, [LEAKED]],
    ['no', 3, []],
  ])('asks on a terminal, and takes "%s" for what it is', (answer, exitCode, expected) =>
    onStage(async (stage) => {
      const { env, removed } = await fakeDocker(stage);
      const terminal = onTerminal(['apply', '--sweep'], stage.home, { env });
      await terminal.shows('Remove 1 container? Only "yes" does it: ');
      terminal.type(`${answer}\n`);
      expect(await terminal.ended, terminal.shown()).toBe(exitCode);
      expect(await removed()).toEqual(expected);
    }, null),
  );

  it('fails when no engine answers, and says what to do', () =>
    onStage(async (stage) => {
      const docker = await fakeDocker(stage);
      await breakDocker(
        docker,
        'echo "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?" >&2; exit 1',
      );
      const { stderr } = await stage.expectExit(1, ['plan', '--sweep'], { env: docker.env });
      expect(stderr).toContain('ENGINE_UNAVAILABLE');
      expect(stderr).toContain('DOCKER_HOST');
      const none = await stage.expectExit(1, ['plan', '--sweep'], { env: { PATH: stage.home.folder } });
      expect(none.stderr).toContain('there is no program "docker" on the PATH');
    }, null));

  it('exits 5 when one could not be removed', () =>
    onStage(async (stage) => {
      const docker = await fakeDocker(stage);
      await breakDocker(
        docker,
        `case "$2" in ls) cat "$(dirname "$0")/ids";; inspect) cat "$(dirname "$0")/${LEAKED}";; rm) echo "Error response from daemon: device is busy" >&2; exit 1;; esac`,
      );
      const { stderr, stdout } = await stage.expectExit(5, ['apply', '--sweep', '--auto-approve'], {
        env: docker.env,
      });
      expect(stderr).toContain('device is busy');
      expect(stdout).toContain('1 failed.');
    }, null));

  it.each([
    [['apply', '--sweep', 'plan.json'], 'a plan file'],
    [['apply', '--sweep', '--target', 'claude-code/user/a'], '--target'],
    [['apply', '--sweep', '-f', 'mcp.yaml'], '--file'],
    [['plan', '--sweep', '--destroy'], '--destroy'],
    [['plan', '--sweep', '--locked'], '--locked'],
    [['plan', '--older-than', '1h'], '--older-than'],
    [['plan', '--sweep', '--older-than', 'soon'], 'soon'],
  ])('is no part of a plan of the stack: %j', (args, named) =>
    onStage(async ({ expectExit }) => {
      expect((await expectExit(64, args)).stderr).toContain(named);
    }, null),
  );
});

const WITH_IMAGE = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  github: { image: "tools/github:1" }
`;

describe.concurrent('status', () => {
  it('lists what is left behind where the manifest has images', () =>
    onStage(async (stage) => {
      const { env } = await fakeDocker(stage);
      const { stdout } = await stage.expectExit(0, ['status'], { env });
      expect(stdout).toContain('`mcpform apply --sweep` removes them:');
      expect(stdout).toContain(`${short(LEAKED)}  github  1 d  running`);
      expect(stdout).not.toContain(short(SUSPECT));
      const { leaked } = JSON.parse((await stage.expectExit(0, ['status', '--json'], { env })).stdout);
      expect(leaked.map(({ id }: { id: string }) => id)).toEqual([LEAKED]);
    }, WITH_IMAGE));

  it('asks nobody where nothing of the stack needs an engine', () =>
    onStage(async (stage) => {
      const docker = await fakeDocker(stage);
      await breakDocker(docker, 'touch "$(dirname "$0")/asked"');
      const { stdout } = await stage.expectExit(0, ['status', '--json'], { env: docker.env });
      expect(JSON.parse(stdout).leaked).toBeNull();
      await expect(stage.read('fake/asked')).rejects.toThrow('ENOENT');
    }));

  it('waits for no engine that does not answer', () =>
    onStage(async (stage) => {
      const docker = await fakeDocker(stage);
      await breakDocker(docker, 'exec sleep 60');
      const startMs = performance.now();
      const { stdout, stderr } = await stage.expectExit(0, ['status'], { env: docker.env });
      // Two seconds, and what starting the program takes on a busy machine.
      expect(performance.now() - startMs).toBeLessThan(10_000);
      expect(stdout).toContain('stack     tools');
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain('did not answer within 2 s');
    }, WITH_IMAGE));
});
