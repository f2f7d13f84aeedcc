import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectContainers } from '../../src/launch/docker/engine-cli.ts';
import { judgeContainer } from '../../src/launch/docker/find-leaks.ts';
import { ended, says } from '../launch/started.ts';
import { ENGINE_KINDS } from '../support/engine.ts';
import { requireEngine } from '../support/engine-config.ts';
import { requireImages } from '../support/mcp-image.ts';
import { MCPFORM } from '../support/mcpform.ts';
import {
  dockerOf,
  exitOf,
  type ImageWorld,
  makeImageWorld,
  reaperOf,
  settled,
  until,
} from './image-world.ts';

/** Ends with nothing but SIGKILL: not with its input, and not with a signal. */
const STUBBORN = {
  entrypoint: ['/bin/sh', '-c'],
  args: ["trap '' TERM INT HUP; echo up; while :; do sleep 0.1; done"],
  stopTimeoutSeconds: 1,
} as const;

/** The container is up after 0.3 s to 1 s, by how busy the machine is. */
const LATEST_MS = 2000;
const ROUNDS = 10;
/** Rounds that run at once. */
const LANES = 5;

type Kill = (launcher: number, client: ChildProcess) => unknown;

/** SIGKILL, if it is there. */
function kill9(...pids: readonly (number | null | undefined)[]): void {
  for (const pid of pids) {
    try {
      if (typeof pid === 'number') process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const KILLS: readonly (readonly [string, Kill])[] = [
  ['the client', (_launcher, client) => kill9(client.pid)],
  ['the launcher', (launcher) => kill9(launcher)],
  ['docker', async (launcher) => kill9(await until(() => dockerOf(launcher)))],
  ['the launcher and docker at once', (launcher) => kill9(dockerOf(launcher), launcher)],
  ['all of them', (launcher, client) => kill9(client.pid, dockerOf(launcher), launcher)],
];

describe.each(ENGINE_KINDS)('SIGKILL, Docker $version with $store', (kind) => {
  const isThere = requireEngine(kind) && requireImages();
  let world: ImageWorld;

  beforeAll(async () => {
    if (isThere) world = await makeImageWorld(kind);
  });
  afterAll(() => world?.remove());

  it.runIf(isThere).each(KILLS)('of %s leaves nothing, whenever it comes', async (_who, kill) => {
    const ids = [await world.prepare('busybox', STUBBORN), await world.prepare('everything')];
    const moments: string[] = [];
    const play = async (round: number): Promise<void> => {
      const ms = Math.random() * LATEST_MS;
      moments.push(ms.toFixed(0));
      const { client, launcher } = await startClient(world, ids[round % 2] as string);
      await new Promise((done) => setTimeout(done, ms));
      await kill(launcher, client);
      await exitOf(client).catch(() => undefined);
    };
    let round = 0;
    const lane = async (): Promise<void> => {
      while (round < ROUNDS) await play(round++);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(await settled(world, 60_000), `killed after ${moments.join(', ')} ms`).toEqual([]);
  });

  it.runIf(isThere)('of docker is a SIGKILL for who started the launcher', async () => {
    const child = world.start(await world.prepare('busybox', STUBBORN));
    await says(child, /up/);
    kill9(dockerOf(child.pid as number));
    expect(await ended(child, null)).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(await settled(world)).toEqual([]);
  });

  it.runIf(isThere)('of launcher and reaper leaves a container that says whose it was', async () => {
    const child = world.start(await world.prepare('busybox', STUBBORN));
    await says(child, /up/);
    const Id = await until(async () => (await world.engine.ask('GET', '/containers/json')).body[0]?.Id);
    const { system } = world.ctx;
    const judged = async () => {
      const { containers } = await inspectContainers([Id], world.ctx);
      const me = await system.processes.identity();
      return await judgeContainer(containers[0] as never, me, system.processes.inspect);
    };
    expect(await judged()).toMatchObject({ standing: 'in-use' });
    kill9(reaperOf(world.home), child.pid);
    await exitOf(child);
    expect(await judged()).toMatchObject({ standing: 'leaked' });
    await world.engine.docker(['rm', '--force', Id]);
    await world.removeTemporary();
    expect(await settled(world)).toEqual([]);
  });

  it.runIf(isThere)('of the engine ends the server, and leaves nothing when the engine is back', async () => {
    const child = world.start(await world.prepare('busybox', STUBBORN));
    await says(child, /up/);
    await world.engine.kill9();
    const { code, signal } = await ended(child, null);
    expect({ code, signal }).not.toEqual({ code: 0, signal: null });
    await world.engine.restart();
    expect(await settled(world, 60_000)).toEqual([]);
  });
});

/** A client of its own, which may be killed: it starts the launcher, holds its ends of the pipes, and waits. */
const CLIENT = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdout.resume();
  child.stdin.on('error', () => {});
  console.log('launcher ' + child.pid);
  child.on('exit', () => process.exit());
`;

async function startClient(world: ImageWorld, id: string) {
  const client = spawn(process.execPath, ['-e', CLIENT, '--', MCPFORM, 'exec', id], {
    cwd: world.home.project,
    env: { ...world.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [, pid] = await says(client, /launcher (\d+)/);
  return { client, launcher: Number(pid) };
}
