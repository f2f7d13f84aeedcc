import { afterEach, describe, expect, it } from 'vitest';
import { gates } from '../../src/engine/gates.ts';
import type { Rendered } from '../../src/engine/observe.ts';
import type { ContainerSpec, HealthCheck, Service } from '../../src/model/container.ts';
import type { Context } from '../../src/model/context.ts';
import { McpformError } from '../../src/model/error.ts';
import type { Gate, Health, Started } from '../../src/model/health.ts';
import { answer, type Listening, listen, streamable } from '../health/http-world.ts';
import { healthContext } from '../health/world.ts';
import { containerOf } from '../support/container-spec.ts';

const times = { intervalMs: 30, timeoutMs: 500, retries: 2, startPeriodMs: 0 };
const never = new Promise<string>(() => undefined);
const opened: Listening[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function serve(...args: Parameters<typeof listen>): Promise<Listening> {
  const server = await listen(...args);
  opened.push(server);
  return server;
}

const portOf = ({ origin }: Listening): number => Number(new URL(origin).port);

interface World {
  readonly health: HealthCheck | null;
  readonly publish?: Partial<Service['publish']>;
  readonly spec?: Partial<ContainerSpec>;
  readonly host?: string | null;
  readonly transport?: Service['transport'];
}

function gateFor({ health, publish, spec = {}, host = null, transport = 'http' }: World): Gate | undefined {
  const service: Service = {
    transport,
    port: 3001,
    path: '/mcp',
    publish: { address: '127.0.0.1', port: 1, ...publish },
  };
  const container = containerOf({ service, health, ...spec });
  const place = { key: 'k', file: 'docker', path: ['container', 'stack.everything'], isShared: false };
  const desired = {
    kind: 'container',
    address: 'docker/container/everything',
    provider: 'docker',
    engine: null,
    name: 'stack.everything',
    server: 'everything',
    container,
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    secrets: [],
    launchDigest: '',
    at: { file: 'mcp.yaml' },
  } satisfies Rendered['desired'];
  return gates(new Map([['docker', { host, ports: new Map() }]])).gateOf({
    desired,
    attributes: {},
    place,
  });
}

function startedWith(change: Partial<Started> = {}): Started {
  return { ended: never, lastLines: async () => [], ...change };
}

async function pass(world: World, started: Started = startedWith(), ctx = healthContext()): Promise<Health> {
  const gate = gateFor(world);
  if (gate === undefined) throw new Error('there is no gate');
  return await gate(started, ctx);
}

const handshake = { kind: 'handshake', ...times } as const;

describe('the gate of a container', () => {
  it('is none where nothing is checked', () => {
    expect(gateFor({ health: null })).toBeUndefined();
  });

  it('opens when the server answers the handshake where it is published', async () => {
    const server = await serve(streamable().handle);
    const health = await pass({ health: handshake, publish: { port: portOf(server) } });
    expect(health).toMatchObject({ state: 'healthy', serverInfo: { name: 'real' } });
  });

  it('is none where nobody here gets to, unless the engine asks', () => {
    const elsewhere = { host: 'lab.example.com' };
    expect(gateFor({ health: handshake, ...elsewhere })).toBeUndefined();
    expect(gateFor({ health: { kind: 'command', command: ['x'], ...times }, ...elsewhere })).toBeDefined();
  });

  it('asks a server on all addresses at one of them', async () => {
    const server = await serve(streamable().handle);
    const publish = { address: '0.0.0.0', port: portOf(server) };
    expect((await pass({ health: handshake, publish })).state).toBe('healthy');
    const elsewhere = { health: handshake, publish, host: 'localhost' };
    expect((await pass(elsewhere)).state).toBe('healthy');
    expect(server.requests.at(-1)?.headers.host).toBe(`localhost:${portOf(server)}`);
  });

  it('waits for a server that is late', async () => {
    const { handle } = streamable();
    let asked = 0;
    const server = await serve((request, response) => {
      asked += 1;
      if (asked < 4) answer(response, 503, 'text/plain', 'starting');
      else handle(request, response);
    });
    const health = { ...handshake, startPeriodMs: 20_000 };
    expect((await pass({ health, publish: { port: portOf(server) } })).state).toBe('healthy');
    expect(asked).toBeGreaterThan(4);
  });

  it('gives up on what never speaks MCP, and shows its log behind what it answered, without secrets', async () => {
    const server = await serve((_, response) => answer(response, 200, 'text/html', '<h1>hello</h1>'));
    const lastLines = async (): Promise<readonly string[]> => [
      'listening on 3001',
      '',
      '\x1b[31mtoken swordfish-7 refused\x1b[0m',
    ];
    const ctx: Context = { ...healthContext(), env: { TOKEN: 'swordfish-7' } };
    const health = await pass(
      {
        health: handshake,
        publish: { port: portOf(server) },
        spec: { env: { API: [{ env: 'TOKEN' }] } },
      },
      startedWith({ lastLines }),
      ctx,
    );
    expect(health).toMatchObject({
      state: 'unhealthy',
      failure: {
        code: 'HEALTH_NOT_MCP',
        detail: ['<h1>hello</h1>', 'listening on 3001', 'token *** refused'],
      },
    });
    expect(server.requests).toHaveLength(2);
  });

  it('fails at once when the server ends, however long it could wait, and says how', async () => {
    const startMs = performance.now();
    const health = await pass(
      { health: { ...handshake, intervalMs: 60_000, startPeriodMs: 60_000 } },
      startedWith({
        ended: Promise.resolve('stopped with exit code 3'),
        lastLines: async () => ['no port given'],
      }),
    );
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(health.failure).toEqual({
      code: 'HEALTH_EXITED',
      message: 'server "everything" stopped with exit code 3',
      hint: 'see what it says; usually an argument or a variable is missing',
      detail: ['no port given'],
    });
  });

  it('says what is wrong also when the engine does not give the log', async () => {
    const lastLines = async (): Promise<never> => {
      throw new McpformError('ENGINE_TIMEOUT', 'late');
    };
    const health = await pass(
      { health: handshake },
      startedWith({ ended: Promise.resolve('gone'), lastLines }),
    );
    expect(health.failure?.code).toBe('HEALTH_EXITED');
    expect(health.failure?.detail).toBeUndefined();
  });

  it('stops asking when the run is interrupted', async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort(new Error('enough')));
    const gate = pass(
      { health: { ...handshake, timeoutMs: 60_000 }, publish: { port: portOf(server) } },
      startedWith(),
      healthContext({ signal: stop.signal }),
    );
    await expect(gate).rejects.toThrow('enough');
  });

  it('lets a server pass that wants a login', async () => {
    const server = await serve((_, response) => answer(response, 401, 'text/plain', 'who are you?'));
    const health = await pass({ health: handshake, publish: { port: portOf(server) } });
    expect(health.state).toBe('unauthorized');
  });

  it.each([
    [204, 'healthy'],
    [500, 'unhealthy'],
  ])('takes HTTP %i at the path of a plain check for %s', async (status, state) => {
    const server = await serve((_, response) => void response.writeHead(status).end());
    const health = await pass({
      health: { kind: 'http', path: '/ready?full=1', ...times },
      publish: { port: portOf(server) },
    });
    expect(health.state).toBe(state);
    expect(server.requests[0]?.url).toBe('/ready?full=1');
  });

  it('makes a plain check by HTTP also of a server that speaks WebSocket', async () => {
    const server = await serve((_, response) => void response.writeHead(200).end());
    const health = await pass({
      health: { kind: 'http', path: '/ready', ...times },
      publish: { port: portOf(server) },
      transport: 'ws',
    });
    expect(health.state).toBe('healthy');
  });
});

describe('the gate of a container whose engine checks it', () => {
  const command = { kind: 'command', command: ['check'], ...times, intervalMs: 60_000 } as const;
  const failure = (code: 'HEALTH_TIMEOUT' | 'HEALTH_COMMAND'): Health => ({
    state: 'unhealthy',
    latencyMs: {},
    failure: { code, message: 'no', hint: '' },
  });

  it.each([
    ['healthy', { state: 'healthy', latencyMs: {} } as Health],
    ['unhealthy', failure('HEALTH_COMMAND')],
  ])('waits for its verdict, %s', async (state, verdict) => {
    const looks: Health[] = [failure('HEALTH_TIMEOUT'), failure('HEALTH_TIMEOUT'), verdict];
    const probe = async (): Promise<Health> => looks.shift() as Health;
    const health = await pass({ health: command }, startedWith({ probe }));
    expect(health.state).toBe(state);
    expect(looks).toEqual([]);
  });

  it('fails when there is none in the time in which there must be one', async () => {
    let nowMs = 0;
    const { clock } = healthContext().system;
    const hurried = {
      ...clock,
      monotonic: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const probe = async (): Promise<Health> => failure('HEALTH_TIMEOUT');
    const ctx = healthContext({ system: { clock: hurried } });
    const health = await pass({ health: command }, startedWith({ probe }), ctx);
    expect(health.failure?.code).toBe('HEALTH_TIMEOUT');
    // Two checks with what is before each, and a little patience.
    expect(nowMs).toBeGreaterThan(2 * 60_500);
    expect(nowMs).toBeLessThan(2 * 60_500 + 10_000);
  });
});
