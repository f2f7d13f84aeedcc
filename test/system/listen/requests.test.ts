import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServedRequest, ServeOptions } from '../../../src/model/system.ts';
import { realNetwork } from '../../../src/system/http/real-network.ts';

const network = realNetwork({});

describe('a server of this machine', () => {
  const open: { close(): unknown }[] = [];
  const seen: ServedRequest[] = [];
  afterEach(async () => {
    seen.length = 0;
    for (const each of open.splice(0)) await each.close();
  });

  async function serve(options: Partial<ServeOptions> = {}): Promise<number> {
    const listener = await network.serve(
      { kind: 'loopback', port: 0 },
      {
        maxConnections: 10,
        maxBodyBytes: 1_000,
        requestMs: 10_000,
        answer: async (request) => {
          seen.push(request);
          return { status: 202, headers: { 'x-said': 'so' }, body: 'taken' };
        },
        ...options,
      },
    );
    open.push(listener);
    return listener.port;
  }

  const post = (port: number, bytes: number): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/hook?a=1`, { method: 'POST', body: 'x'.repeat(bytes) });

  /** What is answered to a request that no library would send, until the connection ends. */
  async function rawAnswer(port: number, text: string): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port });
    open.push({ close: () => socket.destroy() });
    const answered: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answered.push(chunk));
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return Buffer.concat(answered).toString();
  }

  it('gives whole requests, and sends what it is told', async () => {
    const port = await serve();
    const response = await post(port, 1_000);
    expect([response.status, response.headers.get('x-said'), await response.text()]).toEqual([
      202,
      'so',
      'taken',
    ]);
    expect(seen[0]).toMatchObject({ method: 'POST', target: '/hook?a=1' });
    expect(seen[0]?.body.byteLength).toBe(1_000);
    expect(seen[0]?.headers['host']).toBe(`127.0.0.1:${port}`);
  });

  it('answers 413 to a body that is too long, announced or not, and reads it to nobody', async () => {
    const port = await serve();
    expect((await post(port, 1_001)).status).toBe(413);
    const chunk = `400\r\n${'x'.repeat(0x400)}\r\n`;
    const chunked = `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${chunk}${chunk}`;
    expect(await rawAnswer(port, chunked)).toMatch(/^HTTP\/1.1 413 /);
    const asking = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9999\r\nexpect: 100-continue\r\n\r\n';
    expect(await rawAnswer(port, asking)).toMatch(/^HTTP\/1.1 413 /);
    expect(seen).toEqual([]);
  });

  it('gives up who does not come to an end', async () => {
    const port = await serve({ requestMs: 200 });
    const slow = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc';
    expect(await rawAnswer(port, slow)).toMatch(/^HTTP\/1.1 408 /);
    expect(await rawAnswer(port, 'POST / HT')).toMatch(/^HTTP\/1.1 408 /);
    expect(seen).toEqual([]);
  });

  it('survives garbage and endless headers', async () => {
    const port = await serve();
    expect(await rawAnswer(port, '\0\x01\x02 nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await rawAnswer(port, `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`)).toMatch(/^HTTP\/1.1 431 /);
    expect((await post(port, 1)).status).toBe(202);
  });

  it('joins headers that came twice, and tells 500 when whoever answers fails', async () => {
    const port = await serve();
    await rawAnswer(port, 'GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\nx: 2\r\nconnection: close\r\n\r\n');
    expect(seen[0]?.headers['x']).toBe('1, 2');
    const broken = await serve({
      answer: async () => {
        throw new Error('a bug');
      },
    });
    expect((await post(broken, 1)).status).toBe(500);
  });
});
