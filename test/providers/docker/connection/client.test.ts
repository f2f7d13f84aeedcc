import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type EngineAnswer,
  type EngineRequest,
  openClient,
} from '../../../../src/providers/docker/client.ts';
import { readText } from '../../../../src/providers/docker/connection/read-answer.ts';
import { memorySystem } from '../../../../src/system/memory.ts';
import { contextOn } from '../../../state/machine.ts';
import { type Heard, type LocalEngine, startLocalEngine } from './local-engine.ts';

const { ctx } = contextOn(memorySystem());
const { signal } = new AbortController();
const engines: LocalEngine[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

async function open(answer: (heard: Heard, response: ServerResponse) => void) {
  const engine = await startLocalEngine(answer);
  engines.push(engine);
  const send = openClient({ kind: 'unix', path: engine.socket }, ctx);
  const ask = (request: Partial<EngineRequest>): Promise<EngineAnswer> =>
    send({ method: 'GET', path: '/x', signal, ...request });
  return { engine, ask };
}

const ok = (_: Heard, response: ServerResponse): void => void response.end('ok');

describe('the client of an engine', () => {
  it('puts a query into the address and a body into the body', async () => {
    const { engine, ask } = await open(ok);
    await ask({ method: 'POST', query: { name: 'a b', force: true }, body: { Env: ['TOKEN=s3cret'] } });
    await ask({ method: 'POST', query: { t: 5 } });
    await ask({ method: 'POST' });
    await ask({ query: { all: true } });
    await ask({ method: 'DELETE', query: { v: true } });
    expect(engine.heard.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/x?name=a%20b&force=true', '{"Env":["TOKEN=s3cret"]}'],
      ['POST', '/x?t=5', ''],
      ['POST', '/x', ''],
      ['GET', '/x?all=true', ''],
      ['DELETE', '/x?v=true', ''],
    ]);
    expect(engine.heard[0]?.headers['content-type']).toBe('application/json');
  });

  it('hands over whatever is answered as it is, a log that looks like JSON too', async () => {
    const { ask } = await open(({ url }, response) => {
      response.statusCode = Number(url.slice(1));
      response.setHeader('Api-Version', '1.51');
      response.end(url === '/304' ? undefined : '{"a":1}');
    });
    for (const status of [200, 301, 304, 404, 500]) {
      const answer = await ask({ path: `/${status}` });
      expect([answer.status, answer.headers['api-version']]).toEqual([status, '1.51']);
      expect(await readText(answer)).toBe(status === 304 ? '' : '{"a":1}');
    }
  });

  it('follows nobody elsewhere', async () => {
    const { engine, ask } = await open((_, response) =>
      response.writeHead(302, { location: '/other' }).end(),
    );
    await expect(ask({})).rejects.toThrow('Max redirects exceeded');
    expect(engine.heard).toHaveLength(1);
  });

  it('notices when the engine dies before its answer, and in the middle of it', async () => {
    const { ask } = await open(({ url }, response) => {
      if (url === '/before') return void response.destroy();
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"a":', () => response.destroy());
    });
    await expect(ask({ path: '/before' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(ask({}).then(readText)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('lets go of an engine that says nothing when it is told to', async () => {
    const { ask } = await open(() => undefined);
    const controller = new AbortController();
    const never = ask({ signal: controller.signal });
    controller.abort();
    await expect(never).rejects.toMatchObject({ code: 'ABORT_ERR' });
  });

  it('says which socket is not there', async () => {
    const send = openClient({ kind: 'unix', path: '/nonexistent/d.sock' }, ctx);
    await expect(send({ method: 'GET', path: '/', signal })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['DOCKER_HOST', 'tcp://127.0.0.1:1'],
    ['DOCKER_HOST', 'tcp://not a host'],
    ['DOCKER_HOST', 'ssh://elsewhere'],
  ])('goes where it is told, whatever %s=%s says', async (name, value) => {
    vi.stubEnv('DOCKER_CERT_PATH', '/nonexistent');
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    vi.stubEnv(name, value);
    const { ask } = await open(ok);
    expect(await readText(await ask({}))).toBe('ok');
    expect(process.env[name]).toBe(value);
  });

  it('uses a connection again for what is asked, and a new one for each change', async () => {
    const { engine, ask } = await open(ok);
    for (let count = 0; count < 5; count += 1) await readText(await ask({}));
    expect(engine.connections()).toBe(1);
    for (const method of ['POST', 'DELETE'] as const) await readText(await ask({ method }));
    expect(engine.connections()).toBe(3);
  });
});
