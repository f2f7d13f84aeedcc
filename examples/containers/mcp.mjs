// The Model Context Protocol for servers that have tools alone. It stands here so that the images can be built without
// any package; a server of yours would use @modelcontextprotocol/sdk.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

export async function serveStdio(server) {
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(server, line);
    if (reply !== null) process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

/** One answer to each request, without sessions. What comes from a page in a browser is refused. */
export function serveHttp(port, server) {
  createServer(async (request, response) => {
    if (request.method !== 'POST' || request.url !== '/mcp') return response.writeHead(405).end();
    if (request.headers.origin !== undefined) return response.writeHead(403).end();
    const reply = await answer(server, (await request.toArray()).join(''));
    if (reply === null) return response.writeHead(202).end();
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(reply));
  }).listen(port);
}

/** The text that a tool of another server answers. */
export async function callTool(url, name) {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } };
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(message) });
  return (await response.json()).result.content[0].text;
}

/** Null to a notification, which nobody answers. */
async function answer(server, text) {
  let id = null;
  const failed = (code, message) => ({ jsonrpc: '2.0', id, error: { code, message } });
  try {
    const { id: given, method, params = {} } = JSON.parse(text);
    if (given === undefined) return null;
    id = given;
    const result = await resultOf(server, method, params);
    return result === undefined ? failed(-32601, `no method "${method}"`) : { jsonrpc: '2.0', id, result };
  } catch ({ message }) {
    return failed(-32603, message);
  }
}

async function resultOf({ name, version, tools }, method, params) {
  switch (method) {
    case 'initialize': {
      const asked = params.protocolVersion;
      const protocolVersion = VERSIONS.includes(asked) ? asked : VERSIONS[0];
      return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name, version } };
    }
    case 'tools/list':
      return { tools: Object.entries(tools).map(([each, tool]) => describe(each, tool)) };
    case 'tools/call':
      return { content: [{ type: 'text', text: await tools[params.name].run(params.arguments ?? {}) }] };
    case 'ping':
      return {};
  }
}

/** Every input of every tool here is a text, and needed. */
function describe(name, { description, input }) {
  const texts = Object.entries(input).map(([key, about]) => [key, { type: 'string', description: about }]);
  const inputSchema = { type: 'object', properties: Object.fromEntries(texts), required: Object.keys(input) };
  return { name, description, inputSchema };
}
