import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerCommand } from '../../../src/launch/image/docker-command.ts';
import { assertLocalEngine, memoryFor, secretFiles } from '../../../src/launch/image/secret-files.ts';
import type { ImageLaunchRecord } from '../../../src/model/launch.ts';
import { SecretValue } from '../../../src/model/secret.ts';
import { memoryFolder } from '../../../src/system/launch/memory-folder.ts';
import { imageRecord } from '../../support/container-spec.ts';
import { put } from '../with-secrets.ts';
import { makeWorld, type World } from '../world.ts';

const source = { backend: 'file', argument: '/srv/x' } as const;
const record: ImageLaunchRecord = {
  ...imageRecord({
    secretFiles: ['token'],
    env: { TOKEN_FILE: '/run/secrets/token', KEY: ['k-', { secret: 'key' }], HOME: [{ secret: 'key' }] },
  }),
  secrets: { token: source, key: source },
};
const secrets = new Map([
  ['token', new SecretValue('t0k3n')],
  ['key', new SecretValue('k3y')],
]);

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.home.remove());

it('is a docker run with files bound by name, and no value in its arguments', () => {
  const { args, env, envFile } = dockerCommand(record, {
    id: `files-${'a'.repeat(32)}`,
    env: { PATH: '/bin' },
    identity: {
      machineId: '0'.repeat(32),
      bootId: 'b',
      pidNamespace: null,
      hostName: 'h',
      pid: 1,
      startTime: '1',
      uid: 1,
    },
    name: 'n',
    cidFile: '/tmp/cid',
    envFilePath: '/dev/fd/3',
    secrets,
    secretFolder: '/dev/shm/mcpform-run-1',
  });
  expect(args).toContain(
    '--mount=type=bind,source=/dev/shm/mcpform-run-1/token,target=/run/secrets/token,readonly',
  );
  expect(args.join(' ')).not.toMatch(/t0k3n|k3y/);
  expect(env).toEqual({ PATH: '/bin', KEY: 'k-k3y', TOKEN_FILE: '/run/secrets/token' });
  expect(envFile).toBe('HOME=k3y\n');
});

it('has the text of each file, and none that is no secret of the launch', () => {
  expect(secretFiles(record, secrets)).toEqual([['token', 't0k3n']]);
  expect(() => secretFiles(record, new Map())).toThrow('is no secret of the launch');
  const climbing = { ...record, container: { ...record.container, secretFiles: ['../x'] } };
  expect(() => secretFiles(climbing, new Map([['../x', new SecretValue('x')]]))).toThrow('is no secret');
});

describe.runIf(process.platform === 'linux')('a folder in memory', () => {
  it('is that of the session, or the one of the system where that is none in memory', async () => {
    const onDisk = join(world.home.folder, 'runtime');
    await mkdir(onDisk, { mode: 0o700 });
    expect(memoryFolder({ XDG_RUNTIME_DIR: onDisk })).toBe('/dev/shm');
    expect(memoryFolder({ XDG_RUNTIME_DIR: 'relative' })).toBe('/dev/shm');
    // Everybody can write there.
    expect(memoryFolder({ XDG_RUNTIME_DIR: '/dev/shm' })).toBe('/dev/shm');
    await symlink('/dev/shm', join(world.home.folder, 'link'));
    expect(memoryFolder({ XDG_RUNTIME_DIR: join(world.home.folder, 'link') })).toBe('/dev/shm');
  });

  it('is nowhere on systems that keep every file on a disk', () => {
    for (const platform of ['darwin', 'win32'] as const) expect(memoryFolder({}, platform)).toBeNull();
  });

  it('is not looked for without secrets', () => {
    expect(memoryFor(imageRecord(), {})).toBeNull();
  });
});

describe('an engine', () => {
  const docker = (says: string) => put(world, 'bin/docker', `#!/bin/sh\n${says}\n`, 0o755);
  const look = async (says: string): Promise<string> => {
    const asked = assertLocalEngine(record, { docker: await docker(says), env: { PATH: '/usr/bin:/bin' } });
    return await asked.then(
      () => 'local',
      (error) => `${error.code}: ${error.message}`,
    );
  };

  it.each([['unix:///var/run/docker.sock'], ['unix:///run/user/1000/docker.sock']])(
    'at %s is of this machine',
    async (host) => {
      expect(await look(`echo ${host}`)).toBe('local');
      expect(await look(`echo 'WARNING: Error loading config file' >&2; echo ${host}`)).toBe('local');
    },
  );

  it.each(['tcp://10.0.0.1:2376', 'ssh://me@far', 'npipe:////./pipe/docker_engine', 'http://x'])(
    'at %s is not',
    async (host) => {
      expect(await look(`echo ${host}`)).toMatch(/^SECRET_EXPOSED: .* its engine is elsewhere$/);
    },
  );

  it('of Podman is of this machine when Podman says so', async () => {
    const podman = (isRemote: boolean) =>
      `case $1 in info) echo ${isRemote} ;; *) echo "Error: unrecognized command" >&2; exit 125 ;; esac`;
    expect(await look(podman(false))).toBe('local');
    expect(await look(podman(true))).toMatch(/^SECRET_EXPOSED: .* docker does not say where/);
  });

  it('that nobody knows is not', async () => {
    expect(await look('exit 1')).toMatch(/^SECRET_EXPOSED: .* docker does not say where its engine is$/);
  });

  it('is not asked when there are no files', async () => {
    await expect(assertLocalEngine(imageRecord(), { docker: '/nowhere', env: {} })).resolves.toBeUndefined();
  });
});
