import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import type { HandshakeOptions, Health, HealthTarget } from '../../src/model/health.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
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

async function start(handle: RequestListener, tls?: Parameters<typeof listen>[1]): Promise<Listening> {
  const server = await listen(handle, tls);
  open.push(server);
  return server;
}

type HttpTarget = Extract<HealthTarget, { kind: 'http' }>;
type Manner = Partial<Omit<HttpTarget, 'kind' | 'url'>> & Partial<HandshakeOptions>;

function ask(url: string, { transport = 'http', headers = {}, ...more }: Manner = {}): Promise<Health> {
  return shakeHands({ kind: 'http', url, transport, headers }, { ...options, ...more }, ctx);
}

/** What comes of a server that does this. */
async function come(handle: RequestListener, manner: Manner = {}): Promise<NonNullable<Health['failure']>> {
  const { origin } = await start(handle);
  const health = await ask(`${origin}/mcp`, manner);
  expect(health.state).toBe('unhealthy');
  return health.failure as NonNullable<Health['failure']>;
}

const result = (id: unknown, value: object): string => JSON.stringify({ jsonrpc: '2.0', id, result: value });
const greeting = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'odd', version: '1' },
};

/** Greets as it should, and then does this. */
function afterGreeting(then: (id: number, ...rest: Parameters<RequestListener>) => void): RequestListener {
  return async (request, response) => {
    const { id, method } = JSON.parse((await readText(request)) || '{}');
    if (method === 'initialize') return answer(response, 200, 'application/json', result(id, greeting));
    if (id === undefined) return void response.writeHead(202).end();
    then(id, request, response);
  };
}

describe('an address', () => {
  it('where nothing listens', async () => {
    const { origin, close } = await listen(() => undefined);
    await close();
    const { state, failure } = await ask(`${origin}/mcp?key=s3cret-value`);
    expect([state, failure]).toEqual([
      'unhealthy',
      {
        code: 'HEALTH_UNREACHABLE',
        message: `nothing listens at "${origin}/mcp" (ECONNREFUSED)`,
        hint: 'start the server, or correct the port',
      },
    ]);
    expect((await ask(`${origin}/sse`, { transport: 'sse' })).failure?.code).toBe('HEALTH_UNREACHABLE');
  });

  it('that is never asked', async () => {
    const { failure } = await ask('http://169.254.169.254/mcp');
    expect(failure).toMatchObject({
      code: 'HEALTH_UNREACHABLE',
      hint: 'use the address of the server itself',
    });
  });

  it.each([
    ['ENOTFOUND', 'HEALTH_UNREACHABLE', 'there is no host at'],
    ['EAI_AGAIN', 'HEALTH_UNREACHABLE', 'no name server'],
    ['EHOSTUNREACH', 'HEALTH_UNREACHABLE', 'there is no way'],
    ['ETIMEDOUT', 'HEALTH_TIMEOUT', 'did not open a connection within 20000 ms'],
    ['CERT_HAS_EXPIRED', 'HEALTH_TLS', 'its certificate has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'HEALTH_TLS', 'is for another name'],
    ['EWHATEVER', 'HEALTH_UNREACHABLE', 'nothing answers at "https://example.invalid/mcp" (EWHATEVER)'],
  ])('that fails with %s', async (code, expected, words) => {
    const request = async (): Promise<never> => {
      throw Object.assign(new Error('token s3cret-token was sent'), { code });
    };
    const { failure } = await shakeHands(
      { kind: 'http', url: 'https://example.invalid/mcp', transport: 'http' },
      options,
      healthContext({ system: { network: { request } } }),
    );
    expect(failure?.code).toBe(expected);
    expect(failure?.message).toContain(words);
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });

  it.each([
    ['nonsense', {}, 'that is no URL'],
    ['ftp://127.0.0.1/mcp', {}, '"ftp:" is no scheme for transport "http"'],
    ['http://me:s3cret@127.0.0.1/mcp', {}, 'its URL holds a user'],
    [
      'http://127.0.0.1/mcp',
      { Authorization: 's3cret\r\nX-Evil: 1' },
      'the header "Authorization" cannot be sent',
    ],
    ['http://127.0.0.1/mcp', { 'not a name': 's3cret' }, 'a header has a name that is none'],
    ['http://127.0.0.1/mcp', { 'Transfer-Encoding': 's3cret' }, 'the header "Transfer-Encoding" is set by'],
  ])('that cannot be asked: %s %j', async (url, headers, words) => {
    const { state, failure } = await ask(url, { headers: headers as Record<string, string> });
    expect([state, failure?.code]).toEqual(['unhealthy', 'HEALTH_TARGET']);
    expect(failure?.message).toContain(words);
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });
});

describe('an encrypted address', () => {
  let home: Home;
  let certificates: Certificates;
  beforeAll(async () => {
    home = await throwawayHome();
    certificates = await makeCertificates(home.folder);
  });
  afterAll(() => home.remove());

  it('whose authority nobody knows, that is plain, or that is asked plainly', async () => {
    const { key, certificate: cert } = certificates;
    const secured = await start(streamable().handle, { key, cert });
    const plain = await start(streamable().handle);
    const unknown = await ask(`${secured.origin}/mcp`);
    expect(unknown.failure).toMatchObject({ code: 'HEALTH_TLS' });
    expect(unknown.failure?.message).toContain('of an authority that this machine does not know');
    const mistaken = await ask(`${plain.origin.replace('http:', 'https:')}/mcp`);
    expect(mistaken.failure).toMatchObject({
      code: 'HEALTH_TLS',
      hint: 'write http:// if it is meant to be plain',
    });
    const plainly = await ask(`${secured.origin.replace('https:', 'http:')}/mcp`);
    expect(['HEALTH_CLOSED', 'HEALTH_NOT_MCP']).toContain(plainly.failure?.code);
    expect(plainly.failure?.hint).toContain('https://');
  });
});

describe('a status', () => {
  it.each([
    [401, {}, 'log in with the client, or give the server its headers'],
    [403, {}, 'log in with the client, or give the server its headers'],
    [
      401,
      { Authorization: 'Bearer s3cret-token' },
      'correct the headers of the server: those it got were not accepted',
    ],
  ])('%i means that it is there, for others (%j)', async (status, headers, hint) => {
    for (const transport of ['http', 'sse'] as const) {
      const { origin } = await start((request, response) =>
        answer(
          response,
          status,
          'application/json',
          `{"error":"invalid token ${request.headers.authorization}"}`,
        ),
      );
      const { state, failure } = await ask(`${origin}/mcp`, { transport, headers });
      expect([state, failure?.code, failure?.hint]).toEqual(['unauthorized', 'HEALTH_UNAUTHORIZED', hint]);
      expect(failure?.detail).toHaveLength(1);
      expect(JSON.stringify(failure)).not.toContain('s3cret');
    }
  });

  it('404 means another path', async () => {
    const { failure } = await ask(`${(await start(streamable().handle)).origin}/wrong`);
    expect(failure).toMatchObject({ code: 'HEALTH_NOT_FOUND', detail: ['<pre>Cannot POST</pre>'] });
    expect(failure?.hint).toContain('correct the path');
  });

  it.each([
    [405, 'HEALTH_TRANSPORT'],
    [429, 'HEALTH_STATUS'],
    [500, 'HEALTH_STATUS'],
    [503, 'HEALTH_STATUS'],
    [304, 'HEALTH_STATUS'],
    [999, 'HEALTH_NOT_MCP'],
  ])('%i is a failure of its own', async (status, code) => {
    const failure = await come((_, response) => answer(response, status, 'text/plain', 'no\n'));
    expect(failure.code).toBe(code);
  });

  it('is told, though its body never ends', async () => {
    const hang: RequestListener = (_, response) => void response.writeHead(502).write('upstream is gone');
    expect(await come(hang, { timeoutMs: 2000 })).toMatchObject({ code: 'HEALTH_STATUS' });
  });

  it('may come with an error of the protocol, which says more', async () => {
    const error = JSON.stringify({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32000, message: 'bad session' },
    });
    const failure = await come((_, response) => answer(response, 400, 'application/json', error));
    expect(failure).toMatchObject({ code: 'HEALTH_ANSWER' });
    expect(failure.message).toMatch(/does not answer "initialize": error -32000, bad session$/);
  });
});

describe('an answer that is none', () => {
  it.each([
    [
      'a page',
      200,
      'text/html; charset=utf-8',
      '\n<!doctype html>\n<title>Welcome</title>',
      '<!doctype html>',
    ],
    ['text', 200, 'text/plain', 'It works!', 'It works!'],
    ['nothing', 204, 'application/json', '', 'HTTP 204 application/json'],
    ['a mere yes', 202, 'text/plain', '', 'HTTP 202 text/plain'],
    ['broken JSON', 200, 'application/json', '{"jsonrpc":', '{"jsonrpc":'],
    ['other JSON', 200, 'application/json', '{"status":"ok"}', '{"status":"ok"}'],
  ])('%s', async (_, status, type, body, line) => {
    const failure = await come((__, response) => answer(response, status, type, body));
    expect(failure).toMatchObject({ code: 'HEALTH_NOT_MCP', detail: [line] });
  });

  it('is compressed, though nobody asked for that', async () => {
    const failure = await come((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'br' }).end('x');
    });
    expect(failure.code).toBe('HEALTH_NOT_MCP');
  });

  it('is for a question that nobody asked', async () => {
    const failure = await come((_, response) =>
      answer(response, 200, 'application/json', result(77, greeting)),
    );
    expect(failure.code).toBe('HEALTH_CLOSED');
  });

  it('is not even HTTP', async () => {
    const server = await start(() => undefined);
    server.server.prependListener('connection', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect((await ask(`${server.origin}/mcp`)).failure).toMatchObject({
      code: 'HEALTH_NOT_MCP',
      message: `"${server.origin}/mcp" does not answer in HTTP`,
    });
  });

  it('is of a revision that nobody knows', async () => {
    const failure = await come(async (request, response) => {
      const { id } = JSON.parse(await readText(request));
      answer(response, 200, 'application/json', result(id, { ...greeting, protocolVersion: '1999-12-31' }));
    });
    expect(failure).toMatchObject({ code: 'HEALTH_PROTOCOL' });
  });
});

describe('a redirect', () => {
  it('to another origin is not followed, and no header goes there', async () => {
    const other = await start(streamable().handle);
    const to = `${other.origin}/mcp?token=s3cret-token`;
    for (const transport of ['http', 'sse'] as const) {
      const { origin } = await start((_, response) => void response.writeHead(307, { location: to }).end());
      const { failure } = await ask(`${origin}/mcp`, {
        transport,
        headers: { Authorization: 'Bearer s3cret' },
      });
      expect(failure).toMatchObject({
        code: 'HEALTH_REDIRECTED',
        message: `"${origin}/mcp" sends its clients to "${other.origin}/mcp"`,
      });
    }
    expect(other.requests).toEqual([]);
  });

  it('to another path of the same server is followed', async () => {
    const { handle } = streamable();
    const { origin } = await start((request, response) => {
      if (request.url === '/mcp') return handle(request, response);
      response.writeHead(308, { location: '/mcp' }).end();
    });
    expect((await ask(`${origin}/old`)).state).toBe('healthy');
  });

  it('in a circle ends', async () => {
    const failure = await come((_, response) => void response.writeHead(307, { location: '/mcp' }).end());
    expect(failure.code).toBe('HEALTH_REDIRECTED');
  });
});

describe('a server that hangs', () => {
  it.each(['http', 'sse'] as const)('from the start (%s)', async (transport) => {
    const failure = await come(() => undefined, { transport, timeoutMs: 500 });
    expect(failure.code).toBe('HEALTH_TIMEOUT');
    expect(failure.message).toMatch(/did not (?:answer "initialize"|open a connection) within 500 ms$/);
  });

  it('after the greeting', async () => {
    const { origin } = await start(afterGreeting(() => undefined));
    const health = await ask(`${origin}/mcp`, { timeoutMs: 2000 });
    expect(health).toMatchObject({ state: 'unhealthy', serverInfo: { name: 'odd' } });
    expect(health.failure?.message).toMatch(/did not say what it offers within 2000 ms$/);
  });

  it('with a stream that says nothing', async () => {
    const handle = afterGreeting((_, __, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': still here\n\n');
    });
    expect((await come(handle, { timeoutMs: 500 })).code).toBe('HEALTH_TIMEOUT');
  });

  it('when it is left: that is not waited for long', async () => {
    const { handle } = streamable();
    const { origin } = await start((request, response) => {
      if (request.method !== 'DELETE') handle(request, response);
    });
    const startMs = performance.now();
    expect((await ask(`${origin}/mcp`)).state).toBe('healthy');
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('is left at once when the check is given up', async () => {
    const stop = new AbortController();
    const { origin } = await start(() => stop.abort(new Error('enough')));
    const given = shakeHands(
      { kind: 'http', url: `${origin}/mcp`, transport: 'http' },
      options,
      healthContext({ signal: stop.signal }),
    );
    await expect(given).rejects.toThrow('enough');
  });
});

describe('a server that closes', () => {
  it('before it answers', async () => {
    const failure = await come((request) => void request.socket.destroy());
    expect(failure.code).toBe('HEALTH_CLOSED');
  });

  it.each([
    [
      'a stream, orderly',
      'text/event-stream',
      (response: Parameters<RequestListener>[1]) => void response.end(),
    ],
    [
      'a stream, by force',
      'text/event-stream',
      (response: Parameters<RequestListener>[1]) => void response.destroy(),
    ],
    [
      'JSON, by force',
      'application/json',
      (response: Parameters<RequestListener>[1]) => void response.destroy(),
    ],
  ])('in the middle of %s', async (_, type, end) => {
    const handle = afterGreeting((id, __, response) => {
      response.writeHead(200, { 'content-type': type });
      const begin = type === 'application/json' ? '' : 'event: message\ndata: ';
      response.write(`${begin}{"jsonrpc":"2.0","id":${id},`, () => end(response));
    });
    const failure = await come(handle);
    expect(failure.code).toBe('HEALTH_CLOSED');
    expect(failure.message).toMatch(
      /closed the connection and (?:did not say what it offers|gave no answer)/,
    );
  });
});

describe('a server that sends too much', () => {
  it.each([
    ['application/json', '[', ' '.repeat(1 << 16)],
    ['text/event-stream', 'data: ', 'x'.repeat(1 << 16)],
    ['text/event-stream', '', ': nothing\n\n'.repeat(1 << 12)],
  ])('as %s', async (type, begin, piece) => {
    const failure = await come((_, response) => {
      response.writeHead(200, { 'content-type': type }).write(begin);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        response.once('drain', more);
      };
      more();
    });
    expect(failure.code).toBe('HEALTH_TOO_LARGE');
  });

  it('as a list of more than anybody could use', async () => {
    const tools = Array.from({ length: 150_000 }, () => ({ name: '', inputSchema: { type: 'object' } }));
    const handle = afterGreeting((id, _, response) =>
      answer(response, 200, 'application/json', result(id, { tools })),
    );
    expect((await come(handle)).code).toBe('HEALTH_TOO_LARGE');
  });

  it('as a list that does not end', async () => {
    const handle = afterGreeting((id, _, response) => {
      const tool = { name: `t${id}`, inputSchema: { type: 'object' } };
      answer(response, 200, 'application/json', result(id, { tools: [tool], nextCursor: 'more' }));
    });
    expect((await come(handle)).code).toBe('HEALTH_TOO_LARGE');
  });
});

describe('a server over the older transport', () => {
  const stream =
    (then: (response: Parameters<RequestListener>[1]) => void): RequestListener =>
    (request, response) => {
      if (request.method !== 'GET') return void response.writeHead(202).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      then(response);
    };
  const endpoint = (where: string): string => `event: endpoint\ndata: ${where}\n\n`;

  it('does not say where to write', async () => {
    const failure = await come(
      stream((response) => void response.flushHeaders()),
      { transport: 'sse', timeoutMs: 500 },
    );
    expect(failure).toMatchObject({ code: 'HEALTH_TIMEOUT' });
  });

  it('ends its stream in the middle, and is not asked again', async () => {
    const { origin, requests } = await start(stream((response) => void response.end(endpoint('/messages'))));
    const { failure } = await ask(`${origin}/sse`, { transport: 'sse' });
    expect(failure?.code).toBe('HEALTH_CLOSED');
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('wants its clients to write elsewhere', async () => {
    const handle = stream((response) => void response.write(endpoint('http://127.0.0.1:1/messages')));
    const failure = await come(handle, { transport: 'sse' });
    expect(failure).toMatchObject({ code: 'HEALTH_REDIRECTED' });
    expect(failure.message).toContain('sends its clients to "http://127.0.0.1:1"');
  });

  it('does not take what is written', async () => {
    const { origin } = await start((request, response) => {
      if (request.method === 'GET') return older()(request, response);
      answer(response, 500, 'text/plain', 'disk full');
    });
    const { failure } = await ask(`${origin}/sse`, { transport: 'sse' });
    expect(failure).toMatchObject({ code: 'HEALTH_STATUS', detail: ['disk full'] });
  });

  it('is a page', async () => {
    const failure = await come((_, response) => answer(response, 200, 'text/html', '<html>'), {
      transport: 'sse',
    });
    expect(failure).toMatchObject({ code: 'HEALTH_NOT_MCP', detail: ['<html>'] });
  });
});
