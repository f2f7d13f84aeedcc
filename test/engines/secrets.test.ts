import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { filesWith } from '../cli/stage.ts';
import { ENGINE_KINDS, requireEngine, startEngine } from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import { type Relay, relayTo } from '../support/engine-relay.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { freePort } from '../support/free-port.ts';
import type { Ran } from '../support/run.ts';
import { insideBed, mcpformInside } from './support/inside-bed.ts';
import { planLines } from './support/plan-lines.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const FILE = 'canary-a51f3c7720de4b96';
const VARIABLE = 'canary-77b0c1e4938fd2aa';
const OTHER = 'canary-e0d94b61f25c8a13';
const WEB = 'docker/container/web';
const SOURCE = '/volumes/~1run~1secrets/bind';
const MEMORY = '/dev/shm/mcpform-0/secrets';

/** Writes what it got to where only the test looks, and stays. */
const PROGRAM =
  'cat "$KEY_FILE" >/tmp/file; printf %s "$TOKEN" >/tmp/variable; ls -ln /run/secrets >/tmp/modes; exec sleep 100000';

interface Kind {
  readonly name: string;
  readonly canRun: () => boolean;
  readonly start: (registry: string) => Promise<RunningEngine>;
}

const relays: Relay[] = [];
const KINDS: readonly Kind[] = [
  ...ENGINE_KINDS.map((kind) => ({
    name: `Docker ${kind.version} with ${kind.store}`,
    canRun: () => requireEngine(kind),
    start: () => startEngine(kind),
  })),
  {
    name: 'Podman',
    canRun: requirePodman,
    start: async (registry) => {
      const podman = await startPodman({ insecureRegistries: [registry] });
      relays.push(await relayTo(podman, Number(registry.split(':')[1])));
      return podman;
    },
  },
];

describe.each(KINDS.filter(({ canRun }) => canRun()))('secrets of containers on $name', ({ name, start }) => {
  let world: StackWorld;
  let port = 0;
  const outputs: string[] = [];

  beforeAll(async () => {
    world = await makeStackWorld(start);
    port = await freePort();
  }, 200_000);
  afterAll(async () => {
    for (const relay of relays.splice(0)) await relay.close();
    await world?.remove();
  });
  beforeEach(async () => {
    outputs.length = 0;
    await world.reset();
    await insideBed(world, ['rm', '-rf', '/dev/shm/mcpform-0']);
    await secret('key', FILE);
    await secret('token', VARIABLE);
    await write();
  });

  const secret = async (file: string, value: string): Promise<void> => {
    const path = join(world.home.project, file);
    await writeFile(path, `${value}\n`);
    await chmod(path, 0o600);
  };
  const write = async (more: JsonObject = {}, env: JsonObject = {}): Promise<void> =>
    await world.write({
      secrets: { key: { file: './key' }, token: { file: './token' } },
      servers: {
        web: {
          image: world.busybox.pinned,
          ...{ transport: 'http', port: 3001, publish: port, entrypoint: ['sh', '-c', PROGRAM] },
          ...{ health: { disabled: true }, security: { user: '4321:4321' }, stopTimeout: '1s' },
          ...{ headers: { 'X-Who': 'us' }, tmpfs: ['/tmp'] },
          env: { KEY_FILE: '${secret.key}', TOKEN: 'Bearer ${secret.token}', ...env },
          ...more,
        },
      },
    });
  const run = async (
    exitCode: number,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Ran> => {
    const ran = await mcpformInside(world, args, { env });
    outputs.push(ran.stdout, ran.stderr);
    if (ran.exitCode !== exitCode)
      throw new Error(`mcpform ${args.join(' ')}: ${ran.exitCode}\n${ran.stdout}${ran.stderr}`);
    return ran;
  };
  const apply = (exitCode = 0): Promise<Ran> => run(exitCode, ['apply', '--auto-approve', '--no-settle']);
  const planned = async (...flags: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await run(0, ['plan', '--json', ...flags]);
    return planLines(JSON.parse(stdout) as Plan);
  };
  const lock = () => run(0, ['lock']);
  const inContainer = (command: string): Promise<string> =>
    world.engine.docker(['exec', 'tools.web', 'sh', '-c', command]);
  const folders = async (): Promise<readonly string[]> =>
    (await insideBed(world, ['find', MEMORY, '-mindepth', '3', '-maxdepth', '3']))
      .split('\n')
      .filter((path) => path !== '');
  const idOf = (): Promise<string> => world.engine.docker(['inspect', '--format={{.Id}}', 'tools.web']);

  /** Files of ours, and everything we said, with any of the values in them. */
  const leaks = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const value of [FILE, VARIABLE, OTHER]) {
      const files = await filesWith(world.home.folder, value);
      found.push(...files.filter((file) => !/^project\/(?:key|token)$/.test(file)));
      found.push(...outputs.filter((text) => text.includes(value)));
    }
    return found;
  };

  it('come as a file that any user of the container reads, or a variable; nobody else sees them', async () => {
    await lock();
    const { stdout } = await run(0, ['plan']);
    expect(stdout).toContain('${secret.key}');
    await apply();
    expect(await inContainer('cat /tmp/file')).toBe(FILE);
    expect(await inContainer('cat /tmp/variable')).toBe(`Bearer ${VARIABLE}`);
    expect(await inContainer('cat /run/secrets/key; id -u')).toBe(`${FILE}4321`);
    expect(await inContainer('cat /tmp/modes')).toMatch(/-r--r--r--\s+1 0\s+0 .* key$/m);
    const inspected = JSON.stringify((await world.engine.ask('GET', '/containers/tools.web/json')).body);
    expect(inspected).not.toContain(FILE);
    expect(inspected).toContain(VARIABLE);
    const [folder = ''] = await folders();
    expect(await insideBed(world, ['stat', '-c', '%a', folder, join(folder, '..'), MEMORY])).toBe(
      '755\n700\n700',
    );
    expect(await planned('--check-secrets')).toEqual([]);
    const again = await apply();
    expect(again.stdout).toContain('No changes');
    for (const args of [
      ['status', '--json'],
      ['explain', WEB],
      ['history', '--json'],
      ['secrets', 'list'],
    ])
      await run(0, args);
    await run(0, ['apply', '--auto-approve', '--no-settle', '--json']);
    expect(await leaks()).toEqual([]);
  });

  it('are said to be shown by docker inspect where they are variables, once', async () => {
    await lock();
    const { findings } = JSON.parse((await run(0, ['plan', '--json'])).stdout) as Plan;
    const exposed = findings.filter(({ code }) => code === 'SECRET_EXPOSED');
    expect(exposed.map(({ message }) => message)).toEqual([
      'server "web": the secret in "TOKEN" is shown by `docker inspect` to whoever may talk to the engine',
    ]);
  });

  it('take a new container when a value changes, and the old folder goes', async () => {
    await lock();
    await apply();
    const [before] = await folders();
    const id = await idOf();
    await secret('key', OTHER);
    expect(await planned()).toEqual([]);
    expect(await planned('--check-secrets')).toEqual([`replace ${WEB} rotated: ${SOURCE} secret`]);
    await apply();
    expect(await idOf()).not.toBe(id);
    expect(await inContainer('cat /tmp/file')).toBe(OTHER);
    const after = await folders();
    expect(after).toHaveLength(1);
    expect(after[0]).not.toBe(before);
    expect(await planned('--check-secrets')).toEqual([]);
    await secret('token', OTHER);
    expect(await planned('--check-secrets')).toEqual([`replace ${WEB} rotated: /env/TOKEN secret`]);
    await apply();
    expect(await inContainer('cat /tmp/variable')).toBe(`Bearer ${OTHER}`);
    expect(await planned('--check-secrets')).toEqual([]);
    expect(await leaks()).toEqual([]);
  });

  it('keep the old container and its folder when the new one does not work', async () => {
    await lock();
    await apply();
    const kept = await folders();
    await secret('key', OTHER);
    await write({ entrypoint: ['sh', '-c', 'cat "$KEY_FILE" >&2; exit 3'] });
    const { stdout, stderr } = await apply(5);
    expect(stdout + stderr).toContain('put back as it was');
    expect(await inContainer('cat /run/secrets/key')).toBe(FILE);
    expect(await folders()).toEqual(expect.arrayContaining([...kept]));
    // What was granted to another program is asked for only once it is granted again: that leaves the container alone.
    await write();
    expect(await planned('--check-secrets')).toContain(`record ${WEB} ungranted`);
    await apply();
    expect(await inContainer('cat /run/secrets/key')).toBe(FILE);
    expect(await planned('--check-secrets')).toEqual([`replace ${WEB} rotated: ${SOURCE} secret`]);
    await apply();
    expect(await inContainer('cat /run/secrets/key')).toBe(OTHER);
    expect(await folders()).toHaveLength(1);
    expect(await leaks()).toEqual([]);
  });

  it('are put right after somebody made the container anew with another value, which nobody is shown', async () => {
    await lock();
    await apply();
    const [folder = ''] = await folders();
    await world.engine.docker(['rm', '--force', 'tools.web']);
    await world.engine.docker([
      ...[
        'run',
        '--detach',
        '--name=tools.web',
        '--env=TOKEN=pasted-by-hand',
        `--volume=${folder}:/run/secrets:ro`,
      ],
      ...['--entrypoint=sleep', world.busybox.pinned.replace(/:[^:@]*(?=@)/, ''), '1000'],
    ]);
    const lines = await planned();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^replace ${WEB} drifted: .*/env/TOKEN drift`));
    await apply();
    expect(await inContainer('cat /tmp/variable')).toBe(`Bearer ${VARIABLE}`);
    expect(outputs.join('')).not.toContain('pasted-by-hand');
    expect(await planned('--check-secrets')).toEqual([]);
  });

  it('are there again after the memory was lost with a restart of the machine', async () => {
    await lock();
    await apply();
    const [folder = ''] = await folders();
    const id = await idOf();
    await world.engine.docker(['stop', 'tools.web']);
    await insideBed(world, ['rm', '-rf', '/dev/shm/mcpform-0']);
    expect(await planned()).toEqual([`update ${WEB} drifted: /status drift`]);
    await apply();
    expect(await idOf()).toBe(id);
    expect(await folders()).toEqual([folder]);
    expect(await inContainer('cat /run/secrets/key')).toBe(FILE);
    expect(await planned('--check-secrets')).toEqual([]);
  });

  it('are there again after the engine was started and could not start their container', async () => {
    await lock();
    await apply();
    const id = await idOf();
    // Podman starts none by itself.
    if (name === 'Podman') await world.engine.docker(['stop', 'tools.web']);
    await insideBed(world, ['rm', '-rf', '/dev/shm/mcpform-0']);
    await world.engine.restart();
    expect((await world.containers())['tools.web']).not.toBe('running');
    expect(await planned()).toEqual([`update ${WEB} drifted: /status drift`]);
    await apply();
    expect(await idOf()).toBe(id);
    expect(await inContainer('cat /tmp/file')).toBe(FILE);
    expect(await planned('--check-secrets')).toEqual([]);
  });

  it('are given to a new container where one runs on without its folder', async () => {
    await lock();
    await apply();
    await insideBed(world, ['rm', '-rf', '/dev/shm/mcpform-0']);
    expect(await inContainer('ls /run/secrets')).toBe('');
    expect(await planned()).toEqual([`replace ${WEB} drifted: ${SOURCE} drift`]);
    await apply();
    expect(await inContainer('cat /tmp/file')).toBe(FILE);
    expect(await planned('--check-secrets')).toEqual([]);
  });

  it('that cannot be had stop their own server only, and what runs runs on', async () => {
    await lock();
    await apply();
    const id = await idOf();
    await insideBed(world, ['rm', join(world.home.project, 'key')]);
    await write({ stopTimeout: '2s' });
    const manifest = { command: 'node', args: ['x.js'] };
    await world.write({
      secrets: { key: { file: './key' }, token: { file: './token' } },
      servers: { ...(await webOf()), other: manifest },
    });
    const { stdout, stderr } = await apply(5);
    expect(stdout + stderr).toContain('SECRET_NOT_FOUND');
    expect(await idOf()).toBe(id);
    expect(Object.keys(await world.entries()).sort()).toEqual(['other', 'web']);
    expect(await leaks()).toEqual([]);
  });

  const webOf = async (): Promise<JsonObject> => {
    const text = await insideBed(world, ['cat', join(world.home.project, 'mcp.yaml')]);
    return (JSON.parse(text) as { servers: JsonObject }).servers;
  };

  it('reach one container, the new one in the end, wherever apply is killed in between', async () => {
    await lock();
    await apply();
    const values = [OTHER, FILE];
    for (const [index, killAfterMs] of [500, 700, 900, 1100, 1400, 1800].entries()) {
      const value = values[index % 2] as string;
      await secret('key', value);
      const args = ['apply', '--auto-approve', '--no-settle'];
      const killed = await mcpformInside(world, args, { killAfterMs });
      outputs.push(killed.stdout, killed.stderr);
      await apply();
      expect(await inContainer('cat /tmp/file /run/secrets/key')).toBe(`${value}${value}`);
      expect(await world.containers()).toEqual({ 'tools.web': 'running' });
      expect(await folders()).toHaveLength(1);
      expect(await planned('--check-secrets')).toEqual([]);
    }
    expect(await leaks()).toEqual([]);
  });

  it('are removed from memory with their container', async () => {
    await lock();
    await apply();
    await run(0, ['destroy', '--auto-approve', '--no-settle']);
    expect(await world.containers()).toEqual({});
    expect(await insideBed(world, ['find', '/dev/shm/mcpform-0', '-type', 'f'])).toBe('');
  });

  it('are in nobody’s reach through the manifest', async () => {
    await lock();
    await apply();
    const [folder = ''] = await folders();
    await write({ volumes: [`${folder}:/stolen`] });
    const { stdout, stderr } = await apply(6);
    expect(stdout + stderr).toContain('is never given to a container by a manifest');
    expect(await inContainer('ls /')).not.toContain('stolen');
  });
});

const FAR = { version: '28', store: 'overlay2' } as const;

describe.runIf(requireEngine(FAR))(
  'secrets of containers on an engine that is reached over the network',
  () => {
    let world: StackWorld;
    let far: Record<string, string> = {};

    beforeAll(async () => {
      const host = `tcp://127.0.0.1:${await freePort()}`;
      world = await makeStackWorld(() => startEngine({ ...FAR, listen: [host], config: { tls: false } }));
      far = { DOCKER_HOST: host };
    }, 200_000);
    afterAll(async () => await world?.remove());

    it('are in variables, which is said, and nowhere in the memory of this machine', async () => {
      const path = join(world.home.project, 'key');
      const entrypoint = ['sh', '-c', 'exec sleep 100000'];
      await world.write({
        secrets: { key: { file: './key' } },
        servers: {
          web: {
            ...{ image: world.busybox.pinned, transport: 'http', port: 3001, entrypoint },
            ...{ health: { disabled: true }, env: { KEY_FILE: '${secret.key}' } },
          },
        },
      });
      await writeFile(path, `${FILE}\n`, { mode: 0o600 });
      await world.expectExit(0, ['lock'], { env: far });
      const args = ['apply', '--auto-approve', '--no-settle'];
      const { stdout, stderr } = await world.expectExit(0, args, { env: far });
      expect(stderr).toContain('the secret in "KEY" is shown by `docker inspect`');
      expect(stdout + stderr).not.toContain(FILE);
      const inspected = JSON.stringify((await world.engine.ask('GET', '/containers/tools.web/json')).body);
      expect(inspected).toContain(`"KEY=${FILE}"`);
      expect(inspected).not.toContain('/run/secrets');
      await world.expectExit(0, ['plan', '--check-secrets', '--detailed-exitcode'], { env: far });
    });
  },
);
