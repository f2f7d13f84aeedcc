import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readBody } from '../../../src/model/read-body.ts';
import { openClient } from '../../../src/system/http/client.ts';
import { realNetwork } from '../../../src/system/http/real-network.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { serve, type TestServer } from './server.ts';

const network = realNetwork({});
const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function start(...args: Parameters<typeof serve>): Promise<TestServer> {
  const server = await serve(...args);
  open.push(server);
  return server;
}

const text = async (response: Parameters<typeof readBody>[0]): Promise<string> =>
  Buffer.from(await readBody(response, 1 << 20)).toString();

describe('one exchange', () => {
  it('sends what it was given and nothing of its own, and returns what came', async () => {
    const { url, requests } = await start((request, response) => {
      response.setHeader('X-Two', ['a', 'b']).writeHead(201);
      request.pipe(response);
    });
    const response = await network.request({
      method: 'POST',
      url: `${url}/path?q=1#part`,
      headers: { 'x-mine': 'yes' },
      body: Buffer.from('hello'),
    });
    expect([response.status, response.headers['x-two'], await text(response)]).toEqual([
      201,
      'a, b',
      'hello',
    ]);
    expect(requests[0]?.url).toBe('/path?q=1');
    expect(Object.keys(requests[0]?.headers ?? {}).sort()).toEqual([
      'connection',
      'content-length',
      'host',
      'x-mine',
    ]);
  });

  it('streams a body of known length, piece by piece', async () => {
    const { url, requests } = await start((request, response) => request.pipe(response));
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (const piece of ['one ', 'two ', 'three']) yield Buffer.from(piece);
    }
    const headers = { 'content-length': '13' };
    const response = await network.request({ method: 'PUT', url, headers, body: pieces() });
    expect(await text(response)).toBe('one two three');
    expect(requests[0]?.headers).toMatchObject({ 'content-length': '13' });
    expect(requests[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  it('fails with the reason of the body it sends', async () => {
    const { url } = await start((request) => request.resume());
    // biome-ignore lint/correctness/useYield: it fails before there is anything
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('the source broke');
    }
    await expect(network.request({ method: 'PUT', url, body: broken() })).rejects.toThrow('the source broke');
  });

  it('follows no redirect and unpacks nothing', async () => {
    const packed = gzipSync('packed');
    const { url, requests } = await start((_, response) => {
      response.writeHead(302, { location: '/elsewhere', 'content-encoding': 'gzip' }).end(packed);
    });
    const response = await network.request({ method: 'GET', url });
    expect([response.status, response.headers['location']]).toEqual([302, '/elsewhere']);
    expect(Buffer.from(await readBody(response, 100)).equals(packed)).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it('uses a connection again after a body was read or discarded, and after a HEAD', async () => {
    const { url, connections } = await start((_, response) => response.end('x'.repeat(1000)));
    for (let round = 0; round < 5; round++) {
      await text(await network.request({ method: 'GET', url }));
      await (await network.request({ method: 'GET', url })).discard();
      await (await network.request({ method: 'HEAD', url })).discard();
    }
    // One more at most: a pool may open it before it has noticed that the first is free.
    expect(connections()).toBeLessThanOrEqual(2);
  });
});

describe('a body with a limit', () => {
  it('is refused when it says it is larger, and when it does not say so', async () => {
    const { url } = await start((request, response) => {
      if (request.url === '/says') response.setHeader('content-length', 2000);
      response.end('x'.repeat(2000));
    });
    for (const path of ['/says', '/does-not-say']) {
      const response = await network.request({ method: 'GET', url: url + path });
      await expect(readBody(response, 1999)).rejects.toMatchObject({ code: 'EMSGSIZE' });
    }
    const response = await network.request({ method: 'GET', url });
    expect((await readBody(response, 2000)).length).toBe(2000);
  });

  it('that never ends is closed, not read', async () => {
    const { url, server } = await start((_, response) => {
      const feed = (): void => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', feed);
      feed();
    });
    const closed = new Promise<void>((done) => {
      server.once('connection', (socket) => socket.on('error', () => undefined).on('close', () => done()));
    });
    const response = await network.request({ method: 'GET', url });
    await expect(readBody(response, 100_000)).rejects.toMatchObject({ code: 'EMSGSIZE' });
    await closed;
    const discarded = await network.request({ method: 'GET', url });
    await discarded.discard();
  });
});

describe('an exchange that goes wrong', () => {
  it('is ECONNREFUSED where nobody listens, and ENOTFOUND where there is no such name', async () => {
    const { url, close } = await serve(() => undefined);
    await close();
    await expect(network.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const nobody: LookupFunction = (name, _, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '');
    const request = { method: 'GET', url: 'https://registry.test/' } as const;
    await expect(openClient({}, nobody).request(request)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('is EINVAL, without the value, when a proxy of the environment is not a URL', async () => {
    const withProxy = realNetwork({ HTTPS_PROXY: 'ftp://user:s3cret@proxy' });
    const asked = withProxy.request({ method: 'GET', url: 'https://registry.test/' });
    const message = 'HTTPS_PROXY is not the URL of an HTTP proxy';
    await expect(asked).rejects.toMatchObject({ code: 'EINVAL', message });
  });

  it('is ETIMEDOUT when no headers come, when the body stops, and when it drips', async () => {
    const drips: NodeJS.Timeout[] = [];
    const { url } = await start((request, response) => {
      if (request.url === '/silent') return;
      response.write('a');
      if (request.url === '/drips') drips.push(setInterval(() => response.write('b'), 20));
    });
    const ask = (path: string) => network.request({ method: 'GET', url: url + path, timeoutMs: 150 });
    await expect(ask('/silent')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(readBody(await ask('/stops'), 100)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(readBody(await ask('/drips'), 10_000)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    for (const drip of drips) clearInterval(drip);
  });

  it('is ECONNRESET when the connection breaks, before the headers or inside the body', async () => {
    const { url } = await start((request, response) => {
      if (request.url === '/body') {
        response.setHeader('content-length', 100).write('half');
        setImmediate(() => response.destroy());
      } else response.destroy();
    });
    await expect(network.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'ECONNRESET' });
    const response = await network.request({ method: 'GET', url: `${url}/body` });
    await expect(readBody(response, 1000)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('is EPROTO when the other side does not speak HTTP', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('220 mail.test ESMTP\r\n'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ close: () => new Promise((closed) => server.close(() => closed())) });
    const { port } = server.address() as { port: number };
    const request = { method: 'GET', url: `http://127.0.0.1:${port}/` } as const;
    await expect(network.request(request)).rejects.toMatchObject({ code: 'EPROTO' });
  });

  it('ends with the reason of its signal, waiting for headers and inside the body', async () => {
    const { url } = await start((request, response) => {
      if (request.url === '/body') response.write('a');
    });
    const stop = new AbortController();
    const request = { method: 'GET', signal: stop.signal } as const;
    const waiting = network.request({ ...request, url });
    const { body } = await network.request({ ...request, url: `${url}/body` });
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(pieces.next()).rejects.toThrow('enough');
    await expect(network.request({ ...request, url })).rejects.toThrow('enough');
  });
});

describe('addresses that are never connected to', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '0xa9fea9fe',
    '2852039166',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:1]',
    '[fe80::1]',
    '[febf::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::1]',
    '100.100.100.200',
    '[::ffff:100.100.100.200]',
  ])('%s, as it is written', async (host) => {
    const proxied = realNetwork({ HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' });
    for (const each of [network, proxied]) {
      const request = { method: 'GET', url: `http://${host}/latest/meta-data/`, timeoutMs: 100 } as const;
      await expect(each.request(request)).rejects.toMatchObject({ code: 'EACCES' });
    }
  });

  it.each(['169.254.169.254', 'fe80::1', '::ffff:169.254.169.254', 'fd00:ec2::254', '100.100.100.200'])(
    'a name that resolves to %s, alone or among others',
    async (address) => {
      const family = address.includes(':') ? 6 : 4;
      for (const others of [[], [{ address: '127.0.0.1', family: 4 }]]) {
        const resolveName: LookupFunction = (_, { all }, callback) =>
          all === true ? callback(null, [...others, { address, family }]) : callback(null, address, family);
        const client = openClient({}, resolveName);
        const request = { method: 'GET', url: 'http://registry.test/', timeoutMs: 100 } as const;
        await expect(client.request(request)).rejects.toMatchObject({ code: 'EACCES' });
      }
    },
  );
});

describe('TLS', () => {
  let folder: string;
  let certificates: Certificates;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpform-tls-'));
    certificates = await makeCertificates(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('trusts a private authority only where it is given, and never by a former exchange', async () => {
    const { url } = await start((_, response) => response.end('hello'), certificates);
    const request = { method: 'GET', url } as const;
    const untrusted = { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
    await expect(network.request(request)).rejects.toMatchObject(untrusted);
    const trusted = await network.request({ ...request, authorities: certificates.authority });
    expect(await text(trusted)).toBe('hello');
    expect(await text(await network.request({ ...request, isUnverified: true }))).toBe('hello');
    await expect(network.request(request)).rejects.toMatchObject(untrusted);
    const extra = realNetwork({ NODE_EXTRA_CA_CERTS: certificates.files.authority });
    expect(await text(await extra.request(request))).toBe('hello');
    const system = realNetwork({ SSL_CERT_FILE: certificates.files.authority });
    expect(await text(await system.request(request))).toBe('hello');
  });

  it('refuses a certificate of another name', async () => {
    const { port } = await start((_, response) => response.end(), certificates);
    const toLoopback: LookupFunction = (_, { all }, callback) =>
      all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);
    const client = openClient({}, toLoopback);
    const ask = (host: string) =>
      client.request({ method: 'GET', url: `https://${host}:${port}/`, authorities: certificates.authority });
    await (await ask('registry.test')).discard();
    await expect(ask('other.test')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('goes through the proxy of the environment, except to this machine and where NO_PROXY says', async () => {
    const server = await start((_, response) => response.end('through'), certificates);
    const asked: string[] = [];
    const proxy = await start(() => undefined);
    proxy.server.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      if (request.url?.startsWith('denied')) return socket.end('HTTP/1.1 407 Who are you\r\n\r\n');
      const through = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      return undefined;
    });
    const nowhere: LookupFunction = (name, _, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '');
    const client = openClient({ HTTPS_PROXY: `127.0.0.1:${proxy.port}`, NO_PROXY: 'direct.test' }, nowhere);
    const ask = (host: string) =>
      client.request({ method: 'GET', url: `https://${host}/`, authorities: certificates.authority });
    expect(await text(await ask('registry.test'))).toBe('through');
    await expect(ask('other.test')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await expect(ask('denied.test')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(ask('direct.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(await text(await ask(`127.0.0.1:${server.port}`))).toBe('through');
    expect(asked).toEqual(['registry.test:443', 'other.test:443', 'denied.test:443']);
  });
});
