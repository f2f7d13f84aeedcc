import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { inParallel } from '../../src/model/in-parallel.ts';
import type { Observation } from '../../src/model/provider.ts';
import type { Place } from '../../src/model/resource.ts';
import { docker } from '../../src/providers/docker/index.ts';
import type { EngineKind } from '../support/engine.ts';
import { type ImageWorld, makeImageWorld } from './image-world.ts';

/** N containers, in the words of each that is measured. */
export interface BenchContainers {
  readonly world: ImageWorld;
  /** Folder of the project: `mcp.yaml` for us, `compose.yaml` for Compose. */
  readonly project: string;
  /** Create and start, at this parallelism, with nothing but the API. */
  rawUp(parallel: number): Promise<void>;
  /** One list, and inspect for each, at this parallelism. */
  rawObserve(parallel: number): Promise<void>;
  /** What a plan asks the engine for. */
  observe(): Promise<Observation>;
  /** Removes every container and network. */
  clear(): Promise<void>;
}

export async function makeBenchContainers(kind: EngineKind, count: number): Promise<BenchContainers> {
  const world = await makeImageWorld(kind);
  const image = world.image('busybox');
  const names = Array.from({ length: count }, (_, index) => `s${String(index).padStart(2, '0')}`);
  const port = (index: number): number => 20_000 + index;
  const server = (name: string, index: number): string => `  ${name}:
    image: ${image.tagged}
    transport: http
    port: 8080
    publish: ${port(index)}
    entrypoint: [sleep]
    args: ["100000"]
    stopSignal: KILL
    health: { disabled: true }
`;
  const service = (name: string, index: number): string => `  ${name}:
    image: ${image.pinned}
    entrypoint: [sleep]
    command: ["100000"]
    stop_signal: SIGKILL
    init: true
    cap_drop: [ALL]
    security_opt: [no-new-privileges]
    pids_limit: 128
    restart: unless-stopped
    network_mode: bridge
    ports: ["127.0.0.1:${port(index)}:8080"]
`;
  const { project } = world.home;
  const header = 'apiVersion: mcpform/v1\nkind: Stack\nname: bench\nservers:\n';
  writeFileSync(join(project, 'mcp.yaml'), header + names.map(server).join(''));
  writeFileSync(join(project, 'compose.yaml'), `services:\n${names.map(service).join('')}`);
  await world.engine.docker(['pull', '-q', image.pinned]);
  const raw = (name: string, index: number): object => ({
    Image: image.pinned,
    Entrypoint: ['sleep'],
    Cmd: ['100000'],
    StopSignal: 'SIGKILL',
    ExposedPorts: { '8080/tcp': {} },
    Labels: { name },
    HostConfig: {
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 128,
      RestartPolicy: { Name: 'unless-stopped' },
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port(index)) }] },
    },
  });
  const { socket } = world.engine;
  const ids = new Map<string, string>();
  const places = async (): Promise<readonly Place[]> => {
    const { engines } = await identified(world);
    return names.map((name) => ({
      key: `docker:${engines}/container/bench.${name}`,
      file: 'docker',
      path: ['container', `bench.${name}`],
      isShared: false,
    }));
  };
  return {
    world,
    project,
    rawUp: async (parallel) => {
      await inParallel(
        names.map((name, index) => [name, index] as const),
        parallel,
        async ([name, index]) => {
          const { Id } = (await ask(
            socket,
            'POST',
            `/containers/create?name=bench.${name}`,
            raw(name, index),
          )) as {
            Id: string;
          };
          ids.set(name, Id);
          await ask(socket, 'POST', `/containers/${Id}/start`);
        },
      );
    },
    rawObserve: async (parallel) => {
      const all = (await ask(socket, 'GET', '/containers/json?all=1')) as { Id: string }[];
      await inParallel(
        all,
        parallel,
        async ({ Id }) => void (await ask(socket, 'GET', `/containers/${Id}/json`)),
      );
    },
    observe: async () =>
      await docker.observe(
        { targets: [], desired: [], places: await places(), ids: new Map(), root: null },
        { ...world.ctx, env: world.env },
      ),
    clear: async () => {
      const all = (await ask(socket, 'GET', '/containers/json?all=1')) as { Id: string }[];
      await inParallel(
        all,
        8,
        async ({ Id }) => void (await ask(socket, 'DELETE', `/containers/${Id}?force=1&v=1`)),
      );
    },
  };
}

const known = new WeakMap<ImageWorld, string>();

/** Asked once: not part of what is measured. */
async function identified(world: ImageWorld): Promise<{ readonly engines: string }> {
  const id = known.get(world) ?? String((await world.engine.ask('GET', '/info')).body.ID);
  known.set(world, id);
  return { engines: `docker:${id}` };
}

/** The fastest way there is on this runtime: no library, one connection per request. */
function ask(socketPath: string, method: string, path: string, body?: object): Promise<unknown> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    host: 'engine',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((done, fail) => {
    const asked = request({ socketPath, method, path, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', fail);
      response.on('end', () => {
        const answer = Buffer.concat(pieces).toString();
        if ((response.statusCode ?? 500) >= 400) fail(new Error(`${method} ${path}: ${answer}`));
        else done(answer === '' ? null : JSON.parse(answer));
      });
    });
    asked.on('error', fail);
    asked.end(text);
  });
}
