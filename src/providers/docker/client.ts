import Docker from 'dockerode';
import type { Context } from '../../model/context.ts';
import { sshAgent } from './connection/ssh-agent.ts';
import type { Endpoint } from './endpoint.ts';

/** One request to an engine's API. */
export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the API's version, with every part encoded; without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Whether the answer goes on for as long as it likes. */
  readonly isLong?: boolean;
}

export interface EngineAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Throws when the connection ends before its time. Must be read or closed. */
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
}

/** Rejects only when there is no answer, with the error of the platform. */
export type Send = (request: EngineRequest) => Promise<EngineAnswer>;

/**
 * A client of the engine at an endpoint. dockerode is asked for the bare answer: its own reading of answers waits for
 * ever when an engine dies in the middle of one, puts what a container is made of into the address, and takes a log
 * that happens to be JSON for an object.
 */
export function openClient(endpoint: Endpoint, ctx: Context): Send {
  const { modem } = apartFromTheEnvironment(() => new Docker(optionsFor(endpoint)));
  const build = modem.buildRequest.bind(modem);
  const connection = connectionFor(endpoint, ctx);
  modem.buildRequest = (options, dial, data, callback) => {
    // Nobody knows what became of a change when a connection that was kept turns out to be closed.
    const fresh = dial.method === 'GET' || endpoint.kind === 'ssh' ? {} : { agent: false };
    const more = { ...connection, ...fresh, isLong: dial.isLong, maxRedirects: 0 };
    build({ ...options, ...more }, dial, data, callback);
  };
  return ({ method, path, query, body, headers, signal, isLong = false }) => {
    const options = query || body ? { options: { _query: query ?? {}, _body: body ?? {} } } : {};
    const dial = {
      method,
      path: query || body ? `${path}?` : path,
      ...options,
      headers: { ...headers },
      abortSignal: signal,
      isLong,
      isStream: true as const,
      statusCodes: EVERY_STATUS,
    };
    return new Promise((resolve, reject) => {
      modem.dial(dial, (error, response) => {
        if (response === null) return reject(error);
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: response,
          close: () => void response.destroy(),
        });
      });
    });
  };
}

const EVERY_STATUS: Readonly<Record<number, true>> = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [100 + index, true]),
);

/** Everything, so that nothing comes from the environment. */
function optionsFor(endpoint: Endpoint): ConstructorParameters<typeof Docker>[0] {
  const nothing = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined };
  const plain = { ...nothing, protocol: 'http' as const, ca: undefined, cert: undefined, key: undefined };
  switch (endpoint.kind) {
    case 'unix':
    case 'pipe':
      return { ...plain, socketPath: endpoint.path };
    case 'ssh':
      return { ...plain, host: 'http://docker' };
    case 'tcp': {
      const { tls, port } = endpoint;
      const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
      if (tls === null) return { ...plain, host: `http://${host}`, port };
      const { ca, certificate, key } = tls;
      return {
        ...plain,
        host: `https://${host}`,
        port,
        protocol: 'https',
        ca: ca ?? undefined,
        cert: certificate ?? undefined,
        key: key ?? undefined,
      };
    }
  }
}

/**
 * For `http.request`. With no agent, Node's own keeps connections for some seconds, and holds up nobody's end.
 *
 * A list and 50 inspects over a Unix socket, 8 at once, of 20.10 and of 28.5, median of 9: 13 and 7 ms; each on a
 * connection of its own 20 and 12 ms; with an agent of ours 336 and 343 ms, because docker-modem describes it, sockets
 * and all, before each request. One that does not let itself be described takes 6 and 9 ms: `sshAgent`.
 */
function connectionFor(endpoint: Endpoint, ctx: Context): object {
  if (endpoint.kind === 'ssh') return { agent: sshAgent(endpoint, ctx) };
  if (endpoint.kind === 'tcp' && endpoint.tls?.isVerified === false) return { rejectUnauthorized: false };
  return {};
}

/** dockerode reads these even where it is told everything, and fails when it does not like what it finds. */
function apartFromTheEnvironment<T>(make: () => T): T {
  const { DOCKER_HOST: host } = process.env;
  delete process.env['DOCKER_HOST'];
  try {
    return make();
  } finally {
    if (host !== undefined) process.env['DOCKER_HOST'] = host;
  }
}
