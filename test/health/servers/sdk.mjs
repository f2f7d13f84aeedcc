// A server of the official SDK over stdio. Its version is its pid; what it was started with is a resource.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'real', version: String(process.pid) }, { instructions: 'be kind' });
const text = (value) => ({ content: [{ type: 'text', text: value }] });
server.registerTool('zebra', { description: 'last by name' }, async () => text('z'));
server.registerTool('ant', { description: 'first by name' }, async () => text('a'));
server.registerPrompt('greet', { description: 'hello' }, async () => ({ messages: [] }));
for (const name of Object.keys(process.env)) {
  server.registerResource(name, `env://${name}`, {}, async () => ({ contents: [] }));
}
server.registerResource('folder', `cwd:${process.cwd()}`, {}, async () => ({ contents: [] }));
console.error(`started with ${process.argv.length - 2} arguments`);
await server.connect(new StdioServerTransport());
