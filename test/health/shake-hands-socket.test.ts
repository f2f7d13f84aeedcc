import { afterEach, describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import type { Health } from '../../src/model/health.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { realSystem } from '../../src/system/real.ts';
import { speakWebSocket, type WebSocketManner } from '../support/web-socket-server.ts';
import { answer, type Listening, listen } from './http-world.ts';
import { healthContext } from './world.ts';

const open: Listening[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    await expect.poll(() => server.sockets.size, { timeout: 5000 }).toBe(0);
    await server.close();
  }
});

async function start(manner: WebSocketManner): Promise<string> {
  const server = await listen((_, response) => answer(response, 426, 'text/plain', 'Upgrade Required'));
  open.push(server);
  speakWebSocket(server.server, manner);
  return server.origin.replace('http:', 'ws:');
}

const ask = (origin: string, headers = {}, timeoutMs = 20_000, ctx = healthContext()): Promise<Health> =>
  shakeHands(
    { kind: 'http', url: `${origin}/mcp`, transport: 'ws', headers },
    { timeoutMs, lists: true },
    ctx,
  );

const results: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'socket', version: '1' },
  },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  ping: {},
};

const friendly: WebSocketManner = {
  onText: (text, peer) => {
    const { id, method } = JSON.parse(text);
    if (id !== undefined) peer.send(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }));
  },
};

describe('a server over WebSocket', () => {
  it('is greeted with its headers, asked what it offers, and left', async () => {
    let sent: unknown;
    const origin = await start({ ...friendly, onOpen: ({ request }) => (sent = request.headers) });
    expect(await ask(origin, { Authorization: 'Bearer s3cret' })).toMatchObject({
      state: 'healthy',
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'socket' },
      tools: { count: 1, names: ['echo'] },
    });
    expect(sent).toMatchObject({ authorization: 'Bearer s3cret', 'sec-websocket-protocol': 'mcp' });
  });

  it('may be written with http://', async () => {
    expect(await ask((await start(friendly)).replace('ws:', 'http:'))).toMatchObject({ state: 'healthy' });
  });

  it.each<[string, WebSocketManner, string]>([
    ['closes', { onOpen: (peer) => peer.close() }, 'HEALTH_CLOSED'],
    ['breaks', { onText: (_, { socket }) => void socket.destroy() }, 'HEALTH_CLOSED'],
    ['says nothing', {}, 'HEALTH_TIMEOUT'],
    ['says something else', { onOpen: (peer) => peer.send('hello') }, 'HEALTH_NOT_MCP'],
    ['sends too much', { onOpen: (peer) => peer.send('x'.repeat(9 << 20)) }, 'HEALTH_CLOSED'],
    [
      'repeats itself',
      { onOpen: (peer) => Array.from({ length: 200 }, () => peer.send('x'.repeat(1 << 17))) },
      'HEALTH_TOO_LARGE',
    ],
    ['does not let go', { ...friendly, onClose: () => undefined }, ''],
    ['agrees to another protocol', { ...friendly, protocol: 'chat' }, 'HEALTH_TRANSPORT'],
  ])('that %s', async (_, manner, code) => {
    expect((await ask(await start(manner), {}, 2000)).failure?.code ?? '').toBe(code);
  });

  it('is not there', async () => {
    const { origin, close } = await listen(() => undefined);
    await close();
    expect((await ask(origin.replace('http', 'ws'))).failure).toMatchObject({
      code: 'HEALTH_UNREACHABLE',
      message: expect.stringContaining('nothing listens at "ws://'),
    });
  });

  it.each([
    [401, 'unauthorized', 'HEALTH_UNAUTHORIZED'],
    [403, 'unauthorized', 'HEALTH_UNAUTHORIZED'],
    [404, 'unhealthy', 'HEALTH_NOT_FOUND'],
    [200, 'unhealthy', 'HEALTH_TRANSPORT'],
    [302, 'unhealthy', 'HEALTH_TRANSPORT'],
  ])('that answers %i', async (status, state, code) => {
    const server = await listen(
      (_, response) => void response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(),
    );
    open.push(server);
    const health = await ask(server.origin.replace('http', 'ws'), { Authorization: 'Bearer s3cret' });
    expect([health.state, health.failure?.code]).toEqual([state, code]);
    expect(JSON.stringify(health)).not.toContain('s3cret');
  });

  it('that never answers', async () => {
    const server = await listen(() => undefined);
    open.push(server);
    expect((await ask(server.origin.replace('http', 'ws'), {}, 500)).failure?.code).toBe('HEALTH_TIMEOUT');
  });

  it('is left when the check is given up', async () => {
    const stop = new AbortController();
    const origin = await start({ onText: () => stop.abort(new Error('enough')) });
    await expect(ask(origin, {}, 20_000, healthContext({ signal: stop.signal }))).rejects.toThrow('enough');
  });

  it('is not asked by a command that only looks', async () => {
    const looking = healthContext({ system: readOnly(realSystem({}), []) });
    await expect(ask(await start(friendly), {}, 5000, looking)).rejects.toMatchObject({
      code: 'SYSTEM_READ_ONLY',
    });
  });
});
