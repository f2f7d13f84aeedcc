import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Version {
  data: Fields | null;
  isDestroyed: boolean;
}

export interface VaultRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * Answers as Vault 1.15 documents it for KV version 2, tokens, AppRole, namespaces, health and sealing; all of it in
 * this process. Not Vault: what it does not know of, the documents do not say.
 */
export interface VaultDouble {
  readonly url: string;
  readonly requests: VaultRequest[];
  /** May do everything. */
  readonly rootToken: string;
  isSealed: boolean;
  /** Answers a request itself and returns true, or leaves it to the honest one. */
  lie: ((request: VaultRequest, response: ServerResponse) => boolean) | null;
  /** A token that may read, or read and write, what starts so: `secret/data/mcp/`. */
  issue(prefix: string, may?: 'read' | 'write'): string;
  revoke(token: string): void;
  readonly tokens: ReadonlyMap<string, unknown>;
  /** Who logs in with it gets a token of the root's power; it works so many times. */
  addRole(uses?: number): { readonly roleId: string; readonly secretId: string };
  /** Writes a version past all rules. `namespace/mount/path`, the namespace empty when it is the root. */
  put(path: string, data: Fields, namespace?: string): void;
  remove(path: string, version: number, how: 'delete' | 'destroy'): void;
  newest(path: string): Fields | null;
  readonly close: () => Promise<void>;
}

const MOUNTS = ['secret', 'kv/team'];

export async function startVaultDouble(certificates?: Certificates): Promise<VaultDouble> {
  const secrets = new Map<string, Version[]>();
  const rootToken = `hvs.${randomUUID()}`;
  const tokens = new Map([[rootToken, { prefix: '', may: 'write' }]]);
  const roles = new Map<string, { secretId: string; uses: number }>();
  const requests: VaultRequest[] = [];
  const keyOf = (path: string, namespace = ''): string => `${namespace}|${path}`;

  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: Buffer.concat(pieces).toString() };
    requests.push(request);
    if (double.lie?.(request, response) === true) return;
    const { status, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === null ? undefined : JSON.stringify(body));
  };
  const server =
    certificates === undefined
      ? createServer(listener)
      : createTlsServer({ key: certificates.key, cert: certificates.certificate }, listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const scheme = certificates === undefined ? 'http' : 'https';
  const double: VaultDouble = {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    rootToken,
    isSealed: false,
    lie: null,
    issue: (prefix, may = 'read') => {
      const token = `hvs.${randomUUID()}`;
      tokens.set(token, { prefix, may });
      return token;
    },
    revoke: (token) => void tokens.delete(token),
    tokens,
    addRole: (uses = 1) => {
      const roleId = randomUUID();
      const secretId = randomUUID();
      roles.set(roleId, { secretId, uses });
      return { roleId, secretId };
    },
    put: (path, data, namespace) =>
      void versionsOf(keyOf(path, namespace)).push({ data, isDestroyed: false }),
    remove: (path, version, how) => {
      const found = versionsOf(keyOf(path))[version - 1] as Version;
      found.data = null;
      found.isDestroyed = how === 'destroy';
    },
    newest: (path) => versionsOf(keyOf(path)).at(-1)?.data ?? null,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return double;

  function versionsOf(key: string): Version[] {
    const found = secrets.get(key) ?? [];
    secrets.set(key, found);
    return found;
  }

  function answer({ method, url, headers, body }: VaultRequest): Answer {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const path = decodeURIComponent(pathname).replace('/v1/', '');
    if (path === 'sys/health') {
      if (headers['x-vault-namespace'] !== undefined) return errors(404, 'unsupported path');
      return { status: double.isSealed ? 503 : 200, body: { sealed: double.isSealed } };
    }
    if (double.isSealed) return errors(503, 'Vault is sealed');
    if (path === 'auth/approle/login' && method === 'POST') return logIn(body);
    const token = headers['x-vault-token'];
    if (token === undefined) return errors(400, 'missing client token');
    const rights = tokens.get(String(token));
    if (rights === undefined) return errors(403, '2 errors occurred: permission denied, invalid token');
    if (path === 'auth/token/revoke-self') {
      tokens.delete(String(token));
      return { status: 204, body: null };
    }
    const mount = MOUNTS.find((each) => path.startsWith(`${each}/`));
    const isAllowed = path.startsWith(rights.prefix) && (method === 'GET' || rights.may === 'write');
    if (!isAllowed) return errors(403, '1 error occurred: permission denied');
    if (mount === undefined) return errors(404, `no handler for route "${path}"`);
    if (!path.startsWith(`${mount}/data/`)) {
      return { status: 404, body: { errors: [], warnings: ['Invalid path for a versioned K/V engine'] } };
    }
    const key = keyOf(path.replace('/data/', '/'), String(headers['x-vault-namespace'] ?? ''));
    return method === 'GET'
      ? read(versionsOf(key), Number(searchParams.get('version') ?? 0))
      : write(versionsOf(key), body);
  }

  function logIn(body: string): Answer {
    const { role_id, secret_id } = JSON.parse(body) as Record<string, string>;
    const role = roles.get(role_id ?? '');
    if (role === undefined || role.secretId !== secret_id || role.uses === 0) {
      return errors(400, 'invalid role or secret ID');
    }
    role.uses -= 1;
    return { status: 200, body: { auth: { client_token: double.issue('', 'write'), renewable: true } } };
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function read(versions: readonly Version[], wanted: number): Answer {
  const number = wanted === 0 ? versions.length : wanted;
  const found = versions[number - 1];
  if (found === undefined) return errors(404);
  const { data, isDestroyed } = found;
  const deletion_time = data === null ? '2026-01-01T00:00:00Z' : '';
  const metadata = { version: number, destroyed: isDestroyed, deletion_time };
  return { status: data === null ? 404 : 200, body: { data: { data, metadata } } };
}

function write(versions: Version[], body: string): Answer {
  const { options, data } = JSON.parse(body) as { options?: { cas?: number }; data: Fields };
  if (options?.cas !== undefined && options.cas !== versions.length) {
    return errors(400, 'check-and-set parameter did not match the current version');
  }
  versions.push({ data, isDestroyed: false });
  return { status: 200, body: { data: { version: versions.length } } };
}

function errors(status: number, ...all: readonly string[]): Answer {
  return { status, body: { errors: all } };
}
