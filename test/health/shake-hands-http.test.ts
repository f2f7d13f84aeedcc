import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import type { HandshakeOptions, Health, HealthTarget } from '../../src/model/health.ts';
import { type Listening, listen, older, streamable } from './http-world.ts';
import { healthContext } from './world.ts';

const ctx = healthContext();
const options: HandshakeOptions = { timeoutMs: 20_000, lists: true };
const open: Listening[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    await expect.poll(() => server.sockets.size).toBe(0);
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

describe('a server that is asked over the other transport', () => {
  it.each([
    ['older', 'http' as const, 'sse', () => older(), '/sse'],
    ['newer', 'sse' as const, 'http', () => streamable().handle, '/mcp'],
  ])('and speaks the %s one is told so', async (_, transport, speaks, handle, path) => {
    const { origin } = await start(handle());
    const { state, failure } = await ask(origin + path, transport);
    expect(state).toBe('unhealthy');
    expect(failure).toMatchObject({ code: 'HEALTH_TRANSPORT', hint: `write \`transport: ${speaks}\`` });
  });
});
