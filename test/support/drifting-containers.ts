import type { JsonObject } from '../../src/model/json.ts';
import { type Driftable, timeRepair } from './drifted.ts';
import type { RunningEngine } from './engine-run.ts';

const MEMORY_BYTES = 64 * 1024 * 1024;
const OTHER_BYTES = 80 * 1024 * 1024;
const STACK = 'drifts';
const NETWORK = `${STACK}.inner`;

/** What somebody does to a container, as requests to the engine. */
const KINDS: readonly (readonly [string, (name: string) => Request])[] = [
  ['stopped', (name) => ({ path: `/containers/${name}/stop?t=2` })],
  ['killed', (name) => ({ path: `/containers/${name}/kill` })],
  ['paused', (name) => ({ path: `/containers/${name}/pause` })],
  ['removed', (name) => ({ method: 'DELETE', path: `/containers/${name}?force=1` })],
  ['renamed', (name) => ({ path: `/containers/${name}/rename?name=${name}-of-theirs` })],
  [
    'limits changed',
    (name) => ({
      path: `/containers/${name}/update`,
      body: { Memory: OTHER_BYTES, MemorySwap: 2 * OTHER_BYTES },
    }),
  ],
  [
    'disconnected',
    (name) => ({ path: `/networks/${NETWORK}/disconnect`, body: { Container: name, Force: true } }),
  ],
  ['connected elsewhere', (name) => ({ path: '/networks/bridge/connect', body: { Container: name } })],
];

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly body?: JsonObject;
}

/** More than kinds, and none their multiple: each is changed in every way, and none often. */
const COUNT = 7;
const names = Array.from({ length: COUNT }, (_, at) => `box-${at}`);

/** Of a manifest, beside its `servers`. */
export const DRIFTING_NETWORKS: JsonObject = { inner: null };

/** Of a manifest, under `servers`. */
export function driftingServers(image: string): JsonObject {
  const box: JsonObject = {
    image,
    platform: 'linux/amd64',
    transport: 'http',
    port: 3001,
    entrypoint: ['httpd'],
    args: ['-f', '-p', '3001', '-h', '/'],
    // Of every image, and none asks the engine to look again and again.
    health: { path: '/etc/hostname', interval: '1s', timeout: '5s' },
    resources: { memory: '64Mi', memorySwap: '128Mi' },
    networks: ['inner'],
    stopSignal: 'KILL',
  };
  return Object.fromEntries(names.map((name) => [name, box]));
}

export function driftingContainers({ ask }: Pick<RunningEngine, 'ask'>): Driftable {
  return {
    disturb: async (round) => {
      const name = `${STACK}.${names[round % names.length]}`;
      const [kind, change] = KINDS[round % KINDS.length] as (typeof KINDS)[number];
      const { method = 'POST', path, body } = change(name);
      const { status, body: said } = await ask(method, path, body);
      if (status >= 300) throw new Error(`${kind} ${name}: ${status} ${JSON.stringify(said)}`);
      const took = await timeRepair({
        everyMs: 10,
        look: async () => pictureOf((await ask('GET', `/containers/${name}/json`)).body),
        printOf: (picture) => JSON.stringify(picture),
        isRight: (picture) => JSON.stringify(picture) === RIGHT,
      });
      return {
        kind: `container: ${kind}`,
        address: `docker/container/${names[round % names.length]}`,
        ...took,
      };
    },
  };
}

const RIGHT = JSON.stringify(['running', MEMORY_BYTES, [NETWORK]]);

/** Whatever else an engine says where there is none. */
function pictureOf({ State, HostConfig, NetworkSettings }: Inspected): unknown {
  if (State === undefined) return null;
  return [State.Status, HostConfig?.Memory, Object.keys(NetworkSettings?.Networks ?? {}).sort()];
}

interface Inspected {
  readonly State?: { readonly Status: string };
  readonly HostConfig?: { readonly Memory: number };
  readonly NetworkSettings?: { readonly Networks: Readonly<Record<string, unknown>> };
}
