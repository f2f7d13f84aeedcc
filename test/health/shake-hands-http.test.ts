import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import type { HandshakeOptions, Health, HealthTarget } from '../../src/model/health.ts';
import { answer, type Listening, listen, older, readText, streamable } from './http-world.ts';
import { healthContext } from './world.ts';

const ctx = healthContext();
const options: HandshakeOptions = { timeoutMs: 20_000, lists: true };
const open: Listening[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    await expect.poll(() => server.sockets.size, { timeout: 5000 }).toBe(0);
    await server.close();
  }
});

async function start(handle: RequestListener): Promise<Listening> {
  const server = await listen(handle);
  open.push(server);
  return server;
}

type HttpTarget = Extract<HealthTarget, { kind: 'http' }>;

const ask = (url: string, transport: HttpTarget['transport'] = 'http', headers = {}): Promise<Health> =>
  shakeHands({ kind: 'http', url, transport, headers }, options, ctx);

describe('a server over streamable HTTP', () => {
  it.each([
    ['with sessions', {}],
    ['without sessions', { isStateless: true }],
    ['that answers in JSON', { isJson: true }],
  ])('%s is greeted, asked what it offers, and left', async (_, manner) => {
    const { handle, sessions } = streamable(manner);
    const { origin, requests } = await start(handle);
    const health = await ask(`${origin}/mcp`, 'http', { Authorization: 'Bearer s3cret', 'X-Mine': 'yes' });
    expect(health).toMatchObject({
      state: 'healthy',
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'real', version: '1.2.3' },
      capabilities: { tools: { listChanged: true } },
      tools: { count: 1, names: ['echo'] },
    });
    expect(Object.keys(health.latencyMs)).toEqual(['connect', 'initialize', 'list', 'ping']);
    expect(health).not.toHaveProperty('prompts');
    expect(sessions.size).toBe(0);
    expect(requests.map(({ method }) => method)).not.toContain('GET');
    expect(requests.every(({ headers }) => headers.authorization === 'Bearer s3cret')).toBe(true);
    expect(requests.every(({ headers }) => headers.connection === 'close')).toBe(true);
  });
});

describe('a stream of a server over HTTP', () => {
  const greeting = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'streams', version: '1' },
  };
  const results: Readonly<Record<string, object>> = { initialize: greeting, 'tools/list': { tools: [] } };
  const eventOf = (id: unknown, method: string): string =>
    `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} })}\n\n`;

  it('may stay open after the answer', async () => {
    const { origin } = await start(async (request, response) => {
      const { id, method } = JSON.parse(await readText(request));
      if (id === undefined) return void response.writeHead(202).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(eventOf(id, method));
    });
    expect(await ask(`${origin}/mcp`)).toMatchObject({ state: 'healthy', tools: { count: 0 } });
  });

  it('may end before the answer, when it says where to go on', async () => {
    let waiting = '';
    const { origin, requests } = await start(async (request, response) => {
      const stream = { 'content-type': 'text/event-stream' };
      if (request.method === 'GET') return void response.writeHead(200, stream).end(waiting);
      const { id, method } = JSON.parse(await readText(request));
      if (id === undefined) return void response.writeHead(202).end();
      if (method !== 'tools/list') return void response.writeHead(200, stream).end(eventOf(id, method));
      waiting = eventOf(id, method);
      response.writeHead(200, stream).end('id: 7\nretry: 20\ndata: \n\n');
    });
    expect(await ask(`${origin}/mcp`)).toMatchObject({ state: 'healthy', tools: { count: 0 } });
    const [resumed] = requests.filter(({ method }) => method === 'GET');
    expect(resumed?.headers['last-event-id']).toBe('7');
  });
});

describe('a server over the older HTTP+SSE', () => {
  it('is greeted, asked what it offers, and left', async () => {
    const { origin } = await start(older());
    const health = await ask(`${origin}/sse`, 'sse', { 'X-Mine': 'yes' });
    expect(health).toMatchObject({ state: 'healthy', serverInfo: { name: 'real' }, tools: { count: 1 } });
    expect(health.latencyMs.connect).toBeGreaterThan(0);
  });
});

/** Of the revision without `initialize`, as the SDK of that revision answers with `legacy: 'reject'`. */
const modern: RequestListener = async (request, response) => {
  if (request.method !== 'POST') return answer(response, 405, 'application/json', '{}');
  const { id, method, params } = JSON.parse(await readText(request));
  const say = (status: number, message: object): void =>
    answer(response, status, 'application/json', JSON.stringify({ jsonrpc: '2.0', id, ...message }));
  if (method === 'initialize') {
    const data = { supported: ['2026-07-28'], requested: params.protocolVersion };
    return say(400, { error: { code: -32022, message: 'Unsupported protocol version', data } });
  }
  const { 'mcp-method': named, 'mcp-protocol-version': version } = request.headers;
  if (named !== method || version !== params._meta['io.modelcontextprotocol/protocolVersion']) {
    return say(400, { error: { code: -32020, message: 'Header mismatch' } });
  }
  const tools = [{ name: 'new', inputSchema: { type: 'object' } }];
  const _meta = { 'io.modelcontextprotocol/serverInfo': { name: 'modern', version: '2' } };
  const discovered = { supportedVersions: [version], capabilities: { tools: {}, prompts: {} }, _meta };
  if (method === 'server/discover') return say(200, { result: discovered });
  if (method === 'tools/list') return say(200, { result: { tools, _meta } });
  say(404, { error: { code: -32601, message: 'Method not found' } });
};

describe('a server over HTTP of the revision without a handshake', () => {
  it('is asked what it is and what it offers, all the same', async () => {
    const { origin } = await start(modern);
    const health = await ask(`${origin}/mcp`, 'http', { 'X-Mine': 'yes' });
    expect(health).toMatchObject({
      state: 'healthy',
      protocolVersion: '2026-07-28',
      serverInfo: { name: 'modern', version: '2' },
      tools: { count: 1, names: ['new'] },
    });
    expect(health).not.toHaveProperty('prompts');
  });
});

describe('a server that is asked over the other transport', () => {
  it.each([
    ['older', 'http' as const, 'sse', () => older(), '/sse'],
    ['newer', 'sse' as const, 'http', () => streamable().handle, '/mcp'],
    ['newest', 'sse' as const, 'http', () => modern, '/mcp'],
  ])('and speaks the %s one is told so', async (_, transport, speaks, handle, path) => {
    const { origin } = await start(handle());
    const { state, failure } = await ask(origin + path, transport);
    expect(state).toBe('unhealthy');
    expect(failure).toMatchObject({ code: 'HEALTH_TRANSPORT', hint: `write \`transport: ${speaks}\`` });
  });
});
