import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareImage } from '../../src/launch/image/prepare-image.ts';
import { writeLaunchGrants } from '../../src/launch/secrets/write-grants.ts';
import type { ContainerSpec } from '../../src/model/container.ts';
import type { ImageLaunchRecord, SecretSources } from '../../src/model/launch.ts';
import { filesWith } from '../cli/stage.ts';
import { ended, says } from '../launch/started.ts';
import { locatorsOf } from '../launch/with-secrets.ts';
import { imageRecord } from '../support/container-spec.ts';
import { ENGINE_KINDS } from '../support/engine.ts';
import { requireEngine } from '../support/engine-config.ts';
import { requireImages } from '../support/mcp-image.ts';
import { CANARY } from '../support/secret-canary.ts';
import { exitOf, type ImageWorld, makeImageWorld, processes, settled, until } from './image-world.ts';

const LINES = `${CANARY}\nsecond`;
const sh = (script: string) => ({ entrypoint: ['/bin/sh', '-c'], args: [script] }) as const;
/** Names a file of its own, as many images take it. */
const FILE = { secretFiles: ['token'], env: { TOKEN_FILE: '/run/secrets/token' } } as const;

describe.each(ENGINE_KINDS)('exec of an image with secrets, Docker $version with $store', (kind) => {
  const isThere = requireEngine(kind) && requireImages();
  let world: ImageWorld;
  let secrets: SecretSources;
  let runtime: string;

  beforeAll(async () => {
    if (!isThere) return;
    // Of all that is in memory, engines in their beds see this of what we see, and have a /dev/shm of their own.
    runtime = await mkdtemp('/dev/mcpform-home-');
    world = await makeImageWorld(kind);
    const put = async (name: string, text: string): Promise<string> => {
      const file = join(world.home.folder, name);
      await writeFile(file, text);
      await chmod(file, 0o600);
      return file;
    };
    secrets = {
      token: { backend: 'file', argument: await put('token', `${CANARY}\n`) },
      lines: { backend: 'file', argument: await put('lines', `${LINES}\n`) },
    };
  });
  afterAll(async () => {
    await world?.remove();
    if (isThere) await rm(runtime, { recursive: true });
  });
  afterEach(async () => {
    world?.killAll();
    if (isThere) expect(await settled(world)).toEqual([]);
  });

  const prepared = async (
    changes: Partial<ContainerSpec>,
    granted?: ReadonlySet<string>,
    more: Partial<ImageLaunchRecord> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const image = world.image('busybox').pinned;
    const record = { ...imageRecord({ image, ...changes }), secrets, ...more };
    const ctx = { ...world.ctx, env: { ...world.env, ...env } };
    await writeLaunchGrants(record, granted ?? locatorsOf(record), ctx);
    return (await prepareImage({ record }, world.ctx)).id;
  };

  const start = (id: string, env: Readonly<Record<string, string>> = {}) =>
    world.start(id, { env: { XDG_RUNTIME_DIR: runtime, ...env } });

  /** Of the one run that there is: its secrets in memory. */
  const memoryOf = async (): Promise<string> => {
    const [name = ''] = await until(() => {
      const names = readdirSync(join(world.home.folder, 'tmp'));
      return names.length === 0 ? null : names;
    });
    return join(runtime, name);
  };

  it.runIf(isThere)('hands them over in variables that no command line has, docker or not', async () => {
    const env = {
      TOKEN: ['a-', { secret: 'token' }],
      LINES: [{ secret: 'lines' }],
      // What docker itself would obey.
      DOCKER_HOST: [{ secret: 'token' }],
      PLAIN: 'plain',
    } as const;
    const id = await prepared({
      env,
      ...sh('echo "$TOKEN|$DOCKER_HOST|$PLAIN|$LINES" | tr "\\n" "+"; echo; cat'),
    });
    const child = start(id);
    const [line] = await says(child, /.*\n/);
    expect(line.trim()).toBe(`a-${CANARY}|${CANARY}|plain|${LINES.replace('\n', '+')}+`);
    expect(processes().filter((each) => each.line.includes(CANARY))).toEqual([]);
    const held = (await filesWith(world.home.folder, CANARY)).filter((path) => !path.includes('docker'));
    expect([...held].sort()).toEqual(['lines', 'token']);
    const { stderr } = await ended(child);
    expect(stderr).toBe('');
  });

  it.runIf(isThere)('hands them over as files in memory, whoever the container runs as', async () => {
    const id = await prepared({
      ...FILE,
      ...sh('cat "$TOKEN_FILE"; echo; (echo x >"$TOKEN_FILE") 2>&1; ls -l /run/secrets; cat'),
      user: '1234:1234',
    });
    const child = start(id);
    const said = says(child, /[\s\S]*token\n/);
    const memory = await memoryOf();
    const [text] = await said;
    expect(text.split('\n')[0]).toBe(CANARY);
    expect(text).toMatch(/can't create .*: (?:Read-only file system|Permission denied)/);
    expect(text).toMatch(/^-r--r--r-- /m);
    expect(statSync(memory).mode & 0o777).toBe(0o700);
    // It is listed a moment after it has spoken.
    const running = async () => (await world.engine.ask('GET', '/containers/json')).body as { Id: string }[];
    await expect.poll(running).toHaveLength(1);
    const [{ Id = '' } = {}] = await running();
    const inspected = JSON.stringify((await world.engine.ask('GET', `/containers/${Id}/json`)).body);
    expect(inspected).toContain('/run/secrets/token');
    expect(inspected).not.toContain(CANARY);
    expect(processes().filter((each) => each.line.includes(CANARY))).toEqual([]);
    await ended(child);
    expect(existsSync(memory)).toBe(false);
  });

  it.runIf(isThere)('leaves no file when the launcher is killed', async () => {
    const id = await prepared({ ...FILE, ...sh('echo up; cat') });
    const child = start(id);
    await says(child, /up/);
    const memory = await memoryOf();
    expect(readdirSync(memory)).toEqual(['token']);
    child.kill('SIGKILL');
    await exitOf(child);
    await until(() => !existsSync(memory), { withinMs: 30_000 });
  });

  it.runIf(isThere)('does not run it where the engine sees other files than we do', async () => {
    const id = await prepared({ ...FILE, ...sh('echo up') });
    const end = await ended(world.start(id));
    expect(end.code).toBe(125);
    expect(end.stdout.toString()).toBe('');
    expect(end.stderr).toContain('bind source path does not exist');
  });

  it.runIf(isThere)('starts nothing when one is not granted, or cannot be had', async () => {
    const id = await prepared({ ...FILE, ...sh('echo up') }, new Set());
    expect(await ended(start(id))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error[SECRET_NOT_GRANTED]'),
    });
    const missing = { token: { backend: 'file' as const, argument: '/nowhere/token' } };
    const absent = await prepared({ ...FILE, ...sh('echo up') }, new Set(['file:/nowhere/token']), {
      secrets: missing,
    });
    const end = await ended(start(absent));
    expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining('error[SECRET_NOT_FOUND]') });
    expect(end.stdout.toString()).toBe('');
  });

  it.runIf(isThere)('runs nowhere but on the engine of the approval, with the docker of then', async () => {
    const id = await prepared({ env: { TOKEN: [{ secret: 'token' }] }, ...sh('echo "$TOKEN"') });
    const evil = join(world.home.folder, 'evil');
    await mkdir(evil, { recursive: true });
    await writeFile(join(evil, 'docker'), '#!/bin/sh\necho evil\n', { mode: 0o755 });
    const env = {
      PATH: `${evil}:${world.env['PATH']}`,
      DOCKER_HOST: 'tcp://127.0.0.1:1',
      DOCKER_CONTEXT: 'evil',
      DOCKER_CONFIG: evil,
    };
    const end = await ended(start(id, env));
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout.toString()).toBe(`${CANARY}\n`);
  });

  it.runIf(isThere).each(['tcp://127.0.0.1:1', 'ssh://nobody@127.0.0.1:1'])(
    'hands no file to an engine at %s',
    async (host) => {
      const id = await prepared({ ...FILE, ...sh('echo up') }, undefined, {}, { DOCKER_HOST: host });
      const end = await ended(start(id));
      expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining('error[SECRET_EXPOSED]') });
      expect(end.stderr.replaceAll(/\s+/g, ' ')).toContain('its engine is elsewhere');
      expect(end.stderr).not.toContain(CANARY);
    },
  );
});
