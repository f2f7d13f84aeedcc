// A tiny MCP server over stdio: notes how it was started in the file its first argument names, then greets.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [note, ...args] = process.argv.slice(2);
writeFileSync(note, JSON.stringify({ args, env: process.env }));

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const result =
    method === 'initialize'
      ? {
          protocolVersion: params.protocolVersion,
          capabilities: {},
          serverInfo: { name: 'note', version: '1' },
        }
      : {};
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
}
