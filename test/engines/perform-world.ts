import { get } from 'node:http';
import type { ContainerSpec } from '../../src/model/container.ts';
import type { Gate } from '../../src/model/health.ts';
import type { Performed, Work } from '../../src/model/provider.ts';
import type { DesiredObject, Observed } from '../../src/model/resource.ts';
import { perform } from '../../src/providers/docker/perform.ts';
import { containerNamed, type Planned, placeFor, workFor } from '../providers/docker/perform/works.ts';
import { freePort } from '../support/free-port.ts';
import { type BEDS, look, makeObserveWorld, type ObserveWorld } from './observe-world.ts';

/** A real engine, and steps that are planned from what is on it. */
export interface PerformWorld extends ObserveWorld {
  /** Of the host's loopback; nobody has it. */
  readonly port: number;
  /** A server that answers `text` on the port. */
  readonly site: (text: string, changes?: Partial<ContainerSpec>, server?: string) => DesiredObject;
  readonly observed: (desired: DesiredObject, id?: string) => Promise<Observed | null>;
  readonly plan: (desired: DesiredObject, more?: Partial<Planned>) => Promise<Work>;
  /** Plans one step and performs it. */
  readonly run: (desired: DesiredObject, more?: Partial<Planned>) => Promise<Performed>;
  /** Where the next plan would find something to do. */
  readonly left: (desired: DesiredObject) => Promise<readonly string[]>;
  /** All containers, `demo.web running`; sorted. */
  readonly containers: () => Promise<readonly string[]>;
  readonly clear: () => Promise<void>;
}

export async function makePerformWorld(start: (typeof BEDS)[number]['start']): Promise<PerformWorld> {
  const world = await makeObserveWorld(start);
  const { bed, engine, ctx } = world;
  const { id } = await engine.identity();
  const port = await freePort();
  let operations = 0;

  const observed: PerformWorld['observed'] = async (desired, objectId) => {
    const place = placeFor(id, desired);
    const ids = new Map(objectId === undefined ? [] : [[place.key, objectId]]);
    return (await look(world, { places: [place], ids })).objects.get(place.key) ?? null;
  };
  const plan: PerformWorld['plan'] = async (desired, more = {}) => {
    const place = placeFor(id, desired);
    const from = more.previousPlace ?? place;
    const seen = (await look(world, { places: [from] })).objects.get(from.key) ?? null;
    operations += 1;
    const operation = `run-${operations}`;
    return workFor({ desired, observed: seen, place, digest: ctx.digest, operation, ...more });
  };
  const containers: PerformWorld['containers'] = async () =>
    (await engine.listContainers())
      .map(({ Names = [], State = '' }) => `${Names[0]?.replace('/', '')} ${State}`)
      .sort();
  return {
    ...world,
    port,
    site: (text, changes = {}, server = 'web') =>
      containerNamed(server, {
        image: world.plain,
        entrypoint: ['sh', '-c', SERVE],
        args: [text],
        service: { transport: 'http', port: 3001, path: '/', publish: { address: '127.0.0.1', port } },
        ...changes,
      }),
    observed,
    plan,
    run: async (desired, more) => (await perform([await plan(desired, more)], ctx))[0] as Performed,
    left: async (desired) => (await plan(desired)).step.paths.map(({ pointer }) => pointer),
    containers,
    clear: async () => {
      for (const { Id } of await engine.listContainers()) await engine.removeContainer(Id, { force: true });
      await bed.docker(['network', 'prune', '--force']);
      for (const { Name } of await engine.listVolumes()) await engine.removeVolume(Name);
    },
  };
}

const SERVE = 'mkdir -p /tmp/w; echo "$0" > /tmp/w/index.html; exec httpd -f -p 3001 -h /tmp/w';

/** What a server of the host's loopback answers; null when it does not. */
export function answer(port: number): Promise<string | null> {
  return new Promise((done) => {
    const asked = get({ host: '127.0.0.1', port, agent: false, timeout: 200 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => done(text.trim()));
      response.on('error', () => done(null));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => done(null));
  });
}

/** Passed when the server answers so, within two seconds. */
export function answers(port: number, text: string): Gate {
  return async ({ ended }, { system }) => {
    let end: string | null = null;
    ended.then((how) => {
      end = how;
    });
    for (let tries = 0; tries < 40 && end === null; tries += 1) {
      if ((await answer(port)) === text) return { state: 'healthy', latencyMs: {} };
      await system.clock.sleep(50);
    }
    const message = end === null ? 'it never answered' : `it ${end}`;
    const failure = { code: 'HEALTH_UNREACHABLE', message, hint: '' } as const;
    return { state: 'unhealthy', latencyMs: {}, failure };
  };
}

/** Asks these ports again and again whether one of them answers. */
export function watch(...ports: readonly number[]): { end(): Promise<{ readonly longestMs: number }> } {
  let isOver = false;
  let longestMs = 0;
  let lastMs = performance.now();
  const note = (hasAnswered: boolean): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    if (hasAnswered) lastMs = nowMs;
  };
  const watching = ports.map(async (port) => {
    while (!isOver) {
      note((await answer(port)) !== null);
      await new Promise((done) => setTimeout(done, 5));
    }
  });
  return {
    end: async () => {
      isOver = true;
      await Promise.all(watching);
      return { longestMs };
    },
  };
}
