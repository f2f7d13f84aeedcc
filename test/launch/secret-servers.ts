import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { build } from 'esbuild';

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * A real MCP server of the official SDK over stdio, in one file: it ends at once unless the variable that its first
 * argument names has the SHA-256 that its second one is.
 */
export async function guardedServer(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { createHash } from 'node:crypto';
        import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
        import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
        const [name, digest] = process.argv.slice(2);
        const value = process.env[name] ?? '';
        if (createHash('sha256').update(value).digest('hex') !== digest) process.exit(3);
        const server = new McpServer({ name: 'guarded', version: '1.0.0' });
        server.registerTool('ok', {}, async () => ({ content: [{ type: 'text', text: 'ok' }] }));
        await server.connect(new StdioServerTransport());
      `,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

export interface BearerServer {
  readonly url: string;
  /** Of every request, refused ones too. */
  readonly requests: readonly IncomingHttpHeaders[];
  readonly close: () => Promise<void>;
}

/** A real MCP server of the official SDK over HTTP, on loopback: without the token, it answers 401. */
export async function bearerServer(token: string): Promise<BearerServer> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request.headers);
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    const mcp = new McpServer({ name: 'bearer', version: '1.0.0' });
    mcp.registerTool('ok', {}, async () => ({ content: [{ type: 'text', text: 'ok' }] }));
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => void mcp.close());
    await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    requests,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
