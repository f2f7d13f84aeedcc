import { stat } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openEndpoint } from '../../../src/loop/tell/endpoint.ts';
import { countMetrics } from '../../../src/loop/tell/metrics.ts';
import { type ServeSettings, serveEndpoint } from '../../../src/loop/tell/serve-endpoint.ts';
import type { Listener } from '../../../src/model/system.ts';
import { realSystem } from '../../../src/system/real.ts';
import { throwawayHome } from '../../support/throwaway-home.ts';

const system = realSystem({});
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(settings: ServeSettings): Promise<Listener> {
  const metrics = countMetrics({ version: '1.2.3' });
  const listener = await serveEndpoint(openEndpoint({ intervalMs: 60_000, metrics }, { system }), settings, {
    system,
  });
  ends.push(() => listener.close());
  return listener;
}

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(
  to: { readonly port: number } | { readonly socketPath: string },
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', path, agent: false, ...to, ...options }, (response) => {
      let body = '';
      response.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the endpoint, on a port of loopback', () => {
  it('answers a monitor that asks by a name of loopback', async () => {
    const { port } = await start({ place: { kind: 'loopback', port: 0 } });
    const metrics = await ask({ port }, '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.body).toContain('mcpform_build_info{version="1.2.3"} 1\n');
    expect(await ask({ port }, '/healthz', { headers: { host: `localhost:${port}` } })).toMatchObject({
      status: 200,
      body: '{"status":"ok","reasons":[]}\n',
    });
    expect((await ask({ port }, '/healthz', { method: 'POST' })).status).toBe(405);
  });

  it('refuses a page in a browser: another name that leads here, and every origin', async () => {
    const { port } = await start({ place: { kind: 'loopback', port: 0 }, hosts: ['metrics.corp'] });
    const statusWith = async (headers: Record<string, string>): Promise<number | undefined> =>
      (await ask({ port }, '/metrics', { headers })).status;
    expect(await statusWith({ host: `rebound.example.com:${port}` })).toBe(403);
    expect(await statusWith({ origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ origin: 'null' })).toBe(403);
    expect(await statusWith({ host: 'metrics.corp' })).toBe(200);
  });

  it('says where it cannot listen', async () => {
    const { port } = await start({ place: { kind: 'loopback', port: 0 } });
    await expect(start({ place: { kind: 'loopback', port } })).rejects.toMatchObject({
      code: 'LOOP_SOCKET',
      message: expect.stringContaining(`port ${port} of loopback (EADDRINUSE)`),
    });
  });
});

describe.skipIf(process.platform === 'win32')('the endpoint, on a socket', () => {
  it('is there for its owner alone, and gone when it is closed', async () => {
    const home = await throwawayHome();
    ends.push(() => home.remove());
    const path = join(home.folder, 'metrics.sock');
    const listener = await start({ place: { kind: 'unix', path } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await ask({ socketPath: path }, '/healthz', { headers: { host: 'x' } })).status).toBe(200);
    await listener.close();
    await expect(ask({ socketPath: path }, '/healthz')).rejects.toThrow();
  });
});
