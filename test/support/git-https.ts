import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';
import { assertContained, type Home } from './throwaway-home.ts';

/** Git's own CGI program behind https on loopback, for who has the password. */
export interface GitHttps {
  readonly port: number;
  /** Answers everything with a redirect to this address, or not any more. */
  redirect(to: string | null): void;
  /** The `Authorization` of each request; null without one. */
  readonly credentials: readonly (string | null)[];
  stop(): Promise<void>;
}

export async function gitHttps(
  home: Home,
  { certificate, key }: Certificates,
  login: string,
): Promise<GitHttps> {
  assertContained(home.folder, home.env);
  const credentials: (string | null)[] = [];
  const wanted = `Basic ${Buffer.from(login).toString('base64')}`;
  let target: string | null = null;
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const given = request.headers.authorization ?? null;
    credentials.push(given);
    if (target !== null) return void response.writeHead(302, { location: `${target}${request.url}` }).end();
    if (given !== wanted) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    answer(request, response, home);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    credentials,
    redirect: (to) => {
      target = to;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, home: Home): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const child = spawn('git', ['http-backend'], {
    cwd: home.folder,
    env: {
      ...home.env,
      GIT_PROJECT_ROOT: home.folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      REMOTE_USER: 'a',
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    for (const line of all.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(all.subarray(end + 4));
  });
}
