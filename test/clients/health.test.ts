import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import { waitUntilHealthy } from '../../src/health/wait-until-healthy.ts';
import type { Context } from '../../src/model/context.ts';
import type { Health, HealthTarget } from '../../src/model/health.ts';
import { npmInstaller } from '../../src/resolve/npm/installer.ts';
import { emptyFolder, npmContext, resolveNpm } from '../resolve/npm/world.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

/** From whichever registry npm is configured for on this machine; read, never written. */
const settings = { NPM_CONFIG_USERCONFIG: join(homedir(), '.npmrc'), NPM_CONFIG_GLOBALCONFIG: '' };
const options = { timeoutMs: 30_000, lists: true };

let home: Home;
let ctx: Context;
const started: ChildProcess[] = [];

beforeAll(async () => {
  home = await throwawayHome();
  ctx = await npmContext(home, [], settings);
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});
afterAll(() => home.remove());

/** Installs a package as apply does, and returns its folder. */
async function install(text: string, name: string): Promise<string> {
  const { pin, tree } = await resolveNpm(text, ctx);
  const folder = await emptyFolder(home, name);
  await npmInstaller.install({ pin, tree, folder }, ctx);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server over HTTP that listens wherever `PORT` says. */
async function serve(script: string, args: readonly string[]): Promise<string> {
  const port = await freePort();
  const env = { ...home.env, PORT: String(port) };
  started.push(spawn(process.execPath, [script, ...args], { env, cwd: home.project, stdio: 'ignore' }));
  return `http://127.0.0.1:${port}`;
}

/** As apply waits for a container that was just started. */
function wait(target: HealthTarget): Promise<Health> {
  const gate = { intervalMs: 1000, timeoutMs: 10_000, retries: 1, startPeriodMs: 30_000 };
  return waitUntilHealthy((during) => shakeHands(target, options, during), gate, ctx);
}

const node = (args: readonly string[]): HealthTarget => ({
  kind: 'stdio',
  command: process.execPath,
  args,
  env: { HOME: home.folder },
});

/** Children of this process that are servers of these tests: there must be none after a handshake. */
async function leftovers(): Promise<string> {
  const { stdout } = await ctx.system.processes.run('ps', ['-eo', 'pid=,args='], { env: {} });
  return stdout
    .split('\n')
    .filter((line) => line.includes(home.folder) && !started.some(({ pid }) => line.includes(String(pid))))
    .join('\n');
}

describe('the everything server', () => {
  let script: string;
  beforeAll(async () => {
    const folder = await install('@modelcontextprotocol/server-everything@2026.8.31', 'everything');
    script = join(folder, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  }, 120_000);

  it('works over stdio, and is gone afterwards', async () => {
    const health = await shakeHands(node([script, 'stdio']), options, ctx);
    expect(health).toMatchObject({ state: 'healthy', protocolVersion: '2025-11-25' });
    expect(health.tools?.names).toContain('echo');
    expect(health.tools?.count).toBe(health.tools?.names.length);
    expect(health.prompts?.count).toBeGreaterThan(0);
    expect(health.resources?.count).toBeGreaterThan(0);
    expect(await leftovers()).toBe('');
  });

  it.each([
    ['streamableHttp', 'http' as const, '/mcp', 'sse'],
    ['sse', 'sse' as const, '/sse', 'http'],
  ])('works over %s, as soon as it listens', async (manner, transport, path, other) => {
    const origin = await serve(script, [manner]);
    const health = await wait({ kind: 'http', url: origin + path, transport });
    expect(health).toMatchObject({ state: 'healthy', protocolVersion: '2025-11-25' });
    expect(health.tools?.names).toContain('echo');

    const mistaken = { kind: 'http', url: origin + path, transport: other as 'http' | 'sse' } as const;
    expect((await shakeHands(mistaken, options, ctx)).failure).toMatchObject({
      code: 'HEALTH_TRANSPORT',
      hint: `write \`transport: ${transport}\``,
    });
    const lost = await shakeHands({ kind: 'http', url: `${origin}/wrong`, transport }, options, ctx);
    expect(lost.failure?.code).toBe('HEALTH_NOT_FOUND');
  });

  it('says what is wrong with its arguments', async () => {
    const { failure } = await shakeHands(node([script, 'nonsense']), options, ctx);
    expect(failure?.code).toBe('HEALTH_EXITED');
    expect(failure?.detail?.join('\n')).toMatch(/nonsense|usage|available/i);
  });
});

/** A server of the library's second generation that refuses `initialize`. */
const modernTool = `() => {
  const server = new McpServer({ name: 'modern', version: '1.2.3' });
  server.registerTool('new', { description: 'new' }, async () => ({ content: [] }));
  return server;
}`;
const modernStdio = `
  import { McpServer } from '@modelcontextprotocol/server';
  import { serveStdio } from '@modelcontextprotocol/server/stdio';
  serveStdio(${modernTool}, { legacy: 'reject' });`;
const modernHttp = `
  import { createServer } from 'node:http';
  import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
  const { fetch } = createMcpHandler(${modernTool}, { legacy: 'reject' });
  createServer(async (request, response) => {
    const { method, headers } = request;
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = pieces.length === 0 ? {} : { body: Buffer.concat(pieces) };
    const answer = await fetch(new Request('http://127.0.0.1' + request.url, { method, headers, ...body }));
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes);
  }).listen(process.env.PORT, '127.0.0.1');`;

describe('a server that speaks only the revision of 2026', () => {
  let folder: string;
  const expected = {
    state: 'healthy',
    protocolVersion: '2026-07-28',
    serverInfo: { name: 'modern', version: '1.2.3' },
    tools: { count: 1, names: ['new'] },
  };
  beforeAll(async () => {
    folder = await install('@modelcontextprotocol/server@2.4.0', 'modern');
    await writeFile(join(folder, 'stdio.mjs'), modernStdio);
    await writeFile(join(folder, 'http.mjs'), modernHttp);
  }, 120_000);

  it('works over stdio, and is gone afterwards', async () => {
    expect(await shakeHands(node([join(folder, 'stdio.mjs')]), options, ctx)).toMatchObject(expected);
    expect(await leftovers()).toBe('');
  });

  it('works over HTTP', async () => {
    const origin = await serve(join(folder, 'http.mjs'), []);
    expect(await wait({ kind: 'http', url: `${origin}/mcp`, transport: 'http' })).toMatchObject(expected);
    const { failure } = await shakeHands(
      { kind: 'http', url: `${origin}/mcp`, transport: 'sse' },
      options,
      ctx,
    );
    expect(failure?.hint).toBe('write `transport: http`');
  });
});
