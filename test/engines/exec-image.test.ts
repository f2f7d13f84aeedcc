import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ended, says } from '../launch/started.ts';
import { ENGINE_KINDS } from '../support/engine.ts';
import { requireEngine } from '../support/engine-config.ts';
import { requireImages } from '../support/mcp-image.ts';
import { MCPFORM } from '../support/mcpform.ts';
import {
  dockerOf,
  type ImageWorld,
  lineOf,
  makeImageWorld,
  processes,
  reaperOf,
  remainsIn,
  settled,
  until,
} from './image-world.ts';

const sh = (script: string) => ({ entrypoint: ['/bin/sh', '-c'], args: [script] }) as const;

describe.each(ENGINE_KINDS)('exec of an image, Docker $version with $store', (kind) => {
  const isThere = requireEngine(kind) && requireImages();
  let world: ImageWorld;

  beforeAll(async () => {
    if (isThere) world = await makeImageWorld(kind);
  });
  afterAll(() => world?.remove());
  afterEach(async () => {
    world?.killAll();
    if (isThere) expect(await settled(world)).toEqual([]);
  });

  it.runIf(isThere)('is a real MCP server to a real client', async () => {
    const id = await world.prepare('everything');
    const client = new Client({ name: 'test', version: '1.0.0' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [MCPFORM, 'exec', id],
      env: { ...world.env },
      cwd: world.home.project,
      stderr: 'pipe',
    });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const answer = await client.callTool({ name: 'echo', arguments: { message: 'äöü' } });
    expect(JSON.stringify(answer.content)).toContain('äöü');
    await client.close();
    expect(await settled(world)).toEqual([]);
  });

  it.runIf(isThere)('hands on every byte of 1,000 messages', async () => {
    const id = await world.prepare('busybox', { entrypoint: ['/bin/cat'] });
    const messages = Array.from(
      { length: 1000 },
      (_, at) => `{"id":${at},"é\\u0000":"${'x'.repeat(at * 7)}"}\n`,
    );
    const end = await ended(world.start(id), messages.join(''));
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(end.stdout.equals(Buffer.from(messages.join('')))).toBe(true);
    // A plain end leaves nothing for later.
    expect((await remainsIn(world)).filter((each) => !each.startsWith('reaper'))).toEqual([]);
  });

  it.runIf(isThere).each([0, 1, 3, 125, 126, 127, 137, 255])(
    'ends with %i as the server does',
    async (code) => {
      const id = await world.prepare('busybox', sh(`echo said; exit ${code}`));
      const end = await ended(world.start(id));
      expect(end).toMatchObject({ code, signal: null });
      expect(end.stdout.toString()).toBe('said\n');
      expect(end.stderr.includes('LAUNCH_CONTAINER')).toBe([125, 126, 127].includes(code));
    },
  );

  it.runIf(isThere)('says when the program is not in the image, or may not be executed', async () => {
    const missing = await ended(world.start(await world.prepare('busybox', { entrypoint: ['/nope'] })));
    expect(missing).toMatchObject({ code: 127, stderr: expect.stringMatching(/is not in the\s+image/) });
    const folder = await ended(world.start(await world.prepare('busybox', { entrypoint: ['/bin'] })));
    expect(folder).toMatchObject({ code: 126, stderr: expect.stringMatching(/may\s+not\s+be\s+executed/) });
    for (const { stdout } of [missing, folder]) expect(stdout.toString()).toBe('');
  });

  it.runIf(isThere)('says when there is no engine, no docker, or no image', async () => {
    const id = await world.prepare('busybox', sh('exit 0'));
    const nobody = `unix://${world.home.folder}/nobody.sock`;
    const noEngine = await ended(world.start(id, { env: { DOCKER_HOST: nobody } }));
    expect(noEngine).toMatchObject({ code: 125, stderr: expect.stringContaining('ENGINE_UNAVAILABLE') });
    const noDocker = await ended(world.start(id, { env: { PATH: world.home.project } }));
    expect(noDocker).toMatchObject({ code: 1, stderr: expect.stringContaining('ENGINE_UNAVAILABLE') });
    const gone = await world.prepare('busybox', { entrypoint: ['/bin/cat'] });
    await world.engine.docker(['image', 'rm', '--force', world.image('busybox').pinned]);
    await world.engine.docker(['image', 'prune', '--all', '--force']);
    // Docker pulls it by its digest.
    expect(await ended(world.start(gone), 'x')).toMatchObject({ code: 0, signal: null });
    for (const { stdout } of [noEngine, noDocker]) expect(stdout.toString()).toBe('');
  });

  it.runIf(isThere)('keeps secrets out of every command line, and out of what steers docker', async () => {
    const env = {
      TOKEN: [{ env: 'MY_TOKEN' }],
      MIXED: ['a-', { env: 'MY_TOKEN' }, '-b'],
      HOME: '/data',
      DOCKER_HOST: [{ env: 'MY_TOKEN' }],
      LINES: 'one\ntwo',
    } as const;
    const script = 'echo "$TOKEN|$MIXED|$HOME|$DOCKER_HOST|$LINES|$0|$1" | tr "\\n" "+"; echo; cat';
    const id = await world.prepare('busybox', {
      env,
      entrypoint: ['/bin/sh', '-c', script],
      args: ['zero', [{ env: 'GONE', default: 'one' }]],
    });
    const child = world.start(id, { env: { MY_TOKEN: 's3cr3t-of-the-test' } });
    const [line] = await says(child, /.*\n/);
    const secret = 's3cr3t-of-the-test';
    expect(line.trim()).toBe(`${secret}|a-${secret}-b|/data|${secret}|one+two|zero|one+`);
    const docker = await until(() => dockerOf(child.pid as number));
    expect(lineOf(docker)).toContain(' run ');
    expect(processes().filter(({ line: each }) => each.includes(secret))).toEqual([]);
    expect(readFileSync(`/proc/${reaperOf(world.home)}/environ`, 'utf8')).not.toContain(secret);
    child.stdin?.end();
    await ended(child, null);
  });

  it.runIf(isThere)('says which variable is not set, before anything is started', async () => {
    const id = await world.prepare('busybox', { env: { TOKEN: [{ env: 'NOT_THERE' }] } });
    const end = await ended(world.start(id));
    expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining('LAUNCH_VARIABLE') });
    expect(end.stdout.toString()).toBe('');
  });

  it.runIf(isThere)('has limits, safe defaults, and labels that say who started it', async () => {
    const limits = { pids: 50, memoryBytes: 64 << 20, nanoCpus: 500_000_000 };
    const id = await world.prepare('busybox', {
      ...sh('echo up; cat'),
      limits: { ...(await defaultLimits()), ...limits },
      labels: { team: 'a' },
    });
    const child = world.start(id);
    await says(child, /up/);
    // Its output may come before the engine lists it.
    const Id = await until(async () => (await world.engine.ask('GET', '/containers/json')).body[0]?.Id);
    const { HostConfig, Config, Name } = (await world.engine.ask('GET', `/containers/${Id}/json`)).body;
    expect(HostConfig).toMatchObject({
      PidsLimit: 50,
      Memory: 64 << 20,
      NanoCpus: 500_000_000,
      AutoRemove: true,
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
    });
    const me = await world.ctx.system.processes.identity();
    const { startTime } = await world.ctx.system.processes.inspect(child.pid as number);
    expect(Config.Labels).toMatchObject({
      team: 'a',
      'dev.mcpform.launch': id,
      'dev.mcpform.server': 'files',
      'dev.mcpform.machine': me.machineId,
      'dev.mcpform.boot': me.bootId,
      'dev.mcpform.pidns': me.pidNamespace,
      'dev.mcpform.pid': String(child.pid),
      'dev.mcpform.started': startTime,
    });
    expect(Name).toMatch(/^\/mcpform\.files\.[0-9a-f]{16}$/);
    child.stdin?.end();
    await ended(child, null);
  });

  it.runIf(isThere)('has a reaper that holds nothing of the client, and ends with it', async () => {
    const id = await world.prepare('busybox', sh('echo up; cat'));
    const child = world.start(id);
    await says(child, /up/);
    const pid = reaperOf(world.home) as number;
    const held = (of: number): string[] =>
      readdirSync(`/proc/${of}/fd`).map((fd) => readlinkSync(`/proc/${of}/fd/${fd}`));
    const clients = [0, 1, 2].map((fd) => readlinkSync(`/proc/${child.pid}/fd/${fd}`));
    expect(held(pid).filter((each) => clients.includes(each))).toEqual([]);
    expect(held(pid).slice(1, 3)).toEqual(['/dev/null', '/dev/null']);
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(fields[3]).toBe(String(pid)); // its session
    child.stdin?.end();
    await ended(child, null);
    await until(() => lineOf(pid) === '', { withinMs: 2000, what: 'the end of the reaper' });
  });

  it.runIf(isThere).each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'hands %s to the server, and its end to the client',
    async (signal) => {
      const number = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }[signal];
      const id = await world.prepare(
        'busybox',
        sh(`trap 'echo got; exit 7' ${number}; echo up; while :; do sleep 0.05; done`),
      );
      const child = world.start(id);
      await says(child, /up/);
      child.kill(signal);
      expect(await ended(child, null)).toMatchObject({ code: 7, signal: null });
    },
  );

  it.runIf(isThere)('ends a server that ignores every signal, after its time', async () => {
    const id = await world.prepare('busybox', {
      ...sh("trap '' TERM INT HUP; echo up; while :; do sleep 0.05; done"),
      stopTimeoutSeconds: 1,
    });
    const child = world.start(id);
    await says(child, /up/);
    const from = performance.now();
    child.kill('SIGTERM');
    expect(await ended(child, null)).toMatchObject({ code: 137, signal: null });
    expect(performance.now() - from).toBeGreaterThan(900);
    expect(await settled(world)).toEqual([]);
  });

  const defaultLimits = async () => (await import('../support/container-spec.ts')).containerOf().limits;
});
