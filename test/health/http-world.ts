import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

export interface Listening {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly server: Server;
  /** `METHOD PATH` of every request, in order. */
  readonly requests: readonly IncomingMessage[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** A server on loopback, which knows who is connected. */
export async function listen(
  handle: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Listening> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    handle(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    server,
    requests,
    sockets,
    close,
  };
}

export async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

export function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

function mcpServer(): McpServer {
  const server = new McpServer({ name: 'real', version: '1.2.3' });
  server.registerTool('echo', { description: 'says it again' }, async () => ({ content: [] }));
  return server;
}

/** Streamable HTTP as the official SDK serves it at `/mcp`; `sessions` has those that are open. */
export function streamable(manner: { readonly isStateless?: boolean; readonly isJson?: boolean } = {}): {
  readonly handle: RequestListener;
  readonly sessions: ReadonlyMap<string, unknown>;
} {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: manner.isStateless === true ? undefined : () => randomUUID(),
      enableJsonResponse: manner.isJson === true,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    } as ConstructorParameters<typeof StreamableHTTPServerTransport>[0]);
    await mcpServer().connect(transport as Transport);
    return transport;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url !== '/mcp')
      return answer(response, 404, 'text/html', `<pre>Cannot ${request.method}</pre>`);
    const known = sessions.get(String(request.headers['mcp-session-id']));
    await (known ?? (await open())).handleRequest(request, response);
  };
  return { handle: (request, response) => void handle(request, response), sessions };
}

/** The older HTTP+SSE as the official SDK serves it: `/sse`, and `/messages` for what clients say. */
export function older(): RequestListener {
  const sessions = new Map<string, SSEServerTransport>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    if (request.method === 'GET' && pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      return mcpServer().connect(transport);
    }
    const known = sessions.get(searchParams.get('sessionId') ?? '');
    if (pathname === '/messages' && known !== undefined) return known.handlePostMessage(request, response);
    return answer(response, 404, 'text/html', `<pre>Cannot ${request.method} ${pathname}</pre>`);
  };
  return (request, response) => void handle(request, response);
}
