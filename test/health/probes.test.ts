import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { commandProbe } from '../../src/health/command-probe.ts';
import { httpProbe } from '../../src/health/http-probe.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { realSystem } from '../../src/system/real.ts';
import { answer, type Listening, listen } from './http-world.ts';
import { healthContext } from './world.ts';

const ctx = healthContext();
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

describe('a plain check over HTTP', () => {
  it.each([
    [200, undefined, 'healthy', undefined],
    [204, undefined, 'healthy', undefined],
    [302, undefined, 'unhealthy', 'HEALTH_STATUS'],
    [302, ['2xx', '3xx'] as const, 'healthy', undefined],
    [401, undefined, 'unauthorized', 'HEALTH_UNAUTHORIZED'],
    [401, ['2xx', 401] as const, 'healthy', undefined],
    [404, undefined, 'unhealthy', 'HEALTH_NOT_FOUND'],
    [503, undefined, 'unhealthy', 'HEALTH_STATUS'],
    [200, [204] as const, 'unhealthy', 'HEALTH_STATUS'],
  ])('takes %i, accepting %j, for %s', async (status, accepts, state, code) => {
    const { origin, requests } = await start((_, response) => {
      response.setHeader('location', 'http://127.0.0.1:1/');
      answer(response, status, 'text/plain', 'hello');
    });
    const probe = httpProbe(`${origin}/ready?key=s3cret-key`, {
      timeoutMs: 5000,
      headers: { 'X-Token': 's3cret-token' },
      ...(accepts === undefined ? {} : { accepts }),
    });
    const health = await probe(ctx);
    expect([health.state, health.failure?.code]).toEqual([state, code]);
    expect(JSON.stringify(health)).not.toContain('s3cret');
    expect(requests.map(({ url, headers }) => [url, headers['x-token']])).toEqual([
      ['/ready?key=s3cret-key', 's3cret-token'],
    ]);
  });

  it('fails when nobody answers, nobody is there, or nothing can be asked', async () => {
    const silent = await start(() => undefined);
    const late = await httpProbe(silent.origin, { timeoutMs: 300 })(ctx);
    expect(late.failure).toMatchObject({ code: 'HEALTH_TIMEOUT' });
    const { origin, close } = await listen(() => undefined);
    await close();
    expect((await httpProbe(origin, { timeoutMs: 5000 })(ctx)).failure?.code).toBe('HEALTH_UNREACHABLE');
    expect((await httpProbe('ready', { timeoutMs: 5000 })(ctx)).failure?.code).toBe('HEALTH_TARGET');
  });

  it('does not read what it does not need', async () => {
    const { origin } = await start((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1 << 16)));
        response.once('drain', more);
      };
      more();
    });
    expect((await httpProbe(origin, { timeoutMs: 5000 })(ctx)).state).toBe('healthy');
  });

  it('is a question, so that a command that only looks may ask it', async () => {
    const { origin } = await start((_, response) => void response.end());
    const looking = healthContext({ system: readOnly(realSystem({}), []) });
    expect((await httpProbe(origin, { timeoutMs: 5000 })(looking)).state).toBe('healthy');
  });

  it('rejects with the reason when it is given up', async () => {
    const stop = new AbortController();
    const { origin } = await start(() => stop.abort(new Error('enough')));
    const given = httpProbe(origin, { timeoutMs: 5000 })(healthContext({ signal: stop.signal }));
    await expect(given).rejects.toThrow('enough');
  });
});

describe('a check by a command', () => {
  it('is healthy when it ends with 0', async () => {
    const probe = commandProbe({ name: 'pg_isready', run: async () => ({ exitCode: 0, output: 'x' }) });
    expect(await probe(ctx)).toMatchObject({ state: 'healthy' });
  });

  it('shows its last lines when it does not, without secrets', async () => {
    const output = Array.from({ length: 20 }, (_, n) => `line ${n} of hunter22`).join('\n');
    const probe = commandProbe({
      name: 'check --password hunter22',
      run: async () => ({ exitCode: 2, output }),
      secrets: ['hunter22'],
    });
    const { state, failure } = await probe(ctx);
    expect([state, failure?.code]).toEqual(['unhealthy', 'HEALTH_COMMAND']);
    expect(failure?.message).toBe('the health check "check --password ***" ended with exit code 2');
    expect(failure?.detail).toHaveLength(10);
    expect(failure?.detail?.at(-1)).toBe('line 19 of ***');
  });

  it('says only that it failed when it wrote nothing, and gets the signal', async () => {
    const signals: AbortSignal[] = [];
    const run = async (signal: AbortSignal): Promise<{ exitCode: number; output: string }> => {
      signals.push(signal);
      return { exitCode: 1, output: '\n' };
    };
    expect((await commandProbe({ name: 'check', run })(ctx)).failure).not.toHaveProperty('detail');
    expect(signals).toEqual([ctx.signal]);
  });
});
