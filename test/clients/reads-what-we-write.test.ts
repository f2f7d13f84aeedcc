import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claude, claudeGet, NEWEST, requireClaude } from '../support/claude.ts';
import { type RecordingServer, recordingServer } from '../support/http-server.ts';
import { mcpform } from '../support/mcpform.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { readJson, writeFiles } from '../support/world.ts';

const program = resolve(import.meta.dirname, '../support/servers/stdio.mjs');

let home: Home;
let server: RecordingServer;

beforeEach(async () => {
  home = await throwawayHome();
  server = await recordingServer();
});

afterEach(async () => {
  await server.close();
  await home.remove();
});

/** One server of every transport, with every field that Claude Code keeps for it. */
function manifest(scope: string): string {
  const { port } = server;
  return `
apiVersion: mcpform/v1
kind: Stack
name: everything
secrets: { token: { env: TOKEN } }
defaults: { targets: [{ client: claude-code, scope: ${scope} }] }
servers:
  plain:
    command: ${process.execPath}
    args: [${program}, ${join(home.folder, 'note')}, "two words", "\${TOKEN}"]
    env: { FIXED: "1", SECRET: "\${secret.token}", FALLBACK: "\${NOT_SET:-other}" }
    timeout: 5s
    alwaysLoad: true
  web:
    url: http://127.0.0.1:${port}/http
    headers: { Authorization: "Bearer \${secret.token}", X-Plain: yes }
    headersHelper: echo '{"X-Helped":"by a program"}'
    oauth: { clientId: someone, callbackPort: 4321, scopes: "read write" }
    timeout: 7s
    alwaysLoad: false
  events: { url: "http://127.0.0.1:${port}/sse", transport: sse, headers: { X-Plain: sse } }
  socket: { url: "ws://127.0.0.1:${port}/ws", transport: ws, headers: { X-Plain: ws }, timeout: 9s }
`;
}

const env = { TOKEN: 'a-value' };

describe.runIf(requireClaude(NEWEST))('Claude Code, after apply', () => {
  it.each(['user', 'local', 'project'] as const)('reads every transport in %s scope', async (scope) => {
    await writeFiles(home.project, { 'mcp.yaml': manifest(scope) });
    await writeFiles(home.folder, { '.claude/settings.json': { enableAllProjectMcpServers: true } });
    const applied = await mcpform(['apply', '--auto-approve', '--no-settle'], home);
    expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });

    const { port } = server;
    expect(await claudeGet('plain', home, { env })).toMatchObject({
      scope,
      status: '✔ Connected',
      type: 'stdio',
      command: process.execPath,
      args: `${program} ${join(home.folder, 'note')} two words \${TOKEN}`,
      env: { FIXED: '1', SECRET: '${TOKEN}', FALLBACK: '${NOT_SET}' },
      timeout: '5000ms',
    });
    expect(await claudeGet('web', home, { env })).toMatchObject({
      scope,
      type: 'http',
      url: `http://127.0.0.1:${port}/http`,
      headers: { Authorization: 'Bearer ${TOKEN}', 'X-Plain': 'yes' },
      oauth: 'client_id configured, callback_port 4321',
      timeout: '7000ms',
    });
    expect(await claudeGet('events', home)).toMatchObject({
      scope,
      type: 'sse',
      url: `http://127.0.0.1:${port}/sse`,
      headers: { 'X-Plain': 'sse' },
    });
    expect(await claudeGet('socket', home)).toMatchObject({
      scope,
      type: 'ws',
      url: `ws://127.0.0.1:${port}/ws`,
      headers: { 'X-Plain': 'ws' },
      timeout: '9000ms',
    });
    const { stdout } = await claude(NEWEST, ['mcp', 'list'], home, { env });
    for (const name of ['plain', 'web', 'events', 'socket'])
      expect(stdout).toMatch(new RegExp(`^${name}: `, 'm'));
    expect(stdout).not.toContain('Warning');
  });

  it('starts what we declared, and sends what we declared', async () => {
    await writeFiles(home.project, { 'mcp.yaml': manifest('user') });
    expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    await claude(NEWEST, ['mcp', 'list'], home, { env });

    const note = await readJson(join(home.folder, 'note'));
    expect(note['args']).toEqual(['two words', 'a-value']);
    expect(note['env']).toMatchObject({ FIXED: '1', SECRET: 'a-value', FALLBACK: 'other' });
    expect(server.headers.get('/http')).toMatchObject({
      authorization: 'Bearer a-value',
      'x-plain': 'yes',
      'x-helped': 'by a program',
    });
    expect(server.headers.get('/sse')).toMatchObject({ 'x-plain': 'sse' });
    expect(server.headers.get('/ws')).toMatchObject({ 'x-plain': 'ws' });
  });

  it('loses each server again after destroy', async () => {
    await writeFiles(home.project, { 'mcp.yaml': manifest('user') });
    expect(await mcpform(['apply', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    expect(await mcpform(['destroy', '--auto-approve', '--no-settle'], home)).toMatchObject({ exitCode: 0 });
    const { stdout } = await claude(NEWEST, ['mcp', 'list'], home);
    expect(stdout).toContain('No MCP servers configured');
  });
});
