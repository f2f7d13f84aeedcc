import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { fetch } from 'undici';
import { vi } from 'vitest';

/** The official client, once it has shaken hands with a server that a command starts. */
export function connectStdio(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Client> {
  return connect(
    new StdioClientTransport({ command, args: [...args], env: { ...env }, cwd: '/', stderr: 'ignore' }),
  );
}

/**
 * The same over HTTP; a server that is starting may take its time.
 *
 * Until it listens, Docker takes connections and closes them. The first request of a process that meets that with the
 * fetch of Node 20.20 never ends (undici 6.24), so this is another one.
 */
export function connectHttp(url: string): Promise<Client> {
  const options = { fetch: fetch as unknown as typeof globalThis.fetch };
  return vi.waitFor(() => connect(new StreamableHTTPClientTransport(new URL(url), options) as Transport), {
    timeout: 30_000,
    interval: 50,
  });
}

/** What a web server answers, once it does. */
export function textAt(url: string): Promise<string> {
  return vi.waitFor(async () => (await fetch(url)).text(), { timeout: 30_000, interval: 20 });
}

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  return client;
}
