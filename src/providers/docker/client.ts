import Docker from 'dockerode';
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
export function openClient(endpoint: Endpoint): Send {
  const { modem } = apartFromTheEnvironment(() => new Docker(optionsFor(endpoint)));
  const build = modem.buildRequest.bind(modem);
  modem.buildRequest = (options, context, data, callback) =>
    build({ ...options, ...connectionFor(endpoint), maxRedirects: 0 }, context, data, callback);
  return ({ method, path, query, body, headers, signal }) => {
    const options = query || body ? { options: { _query: query ?? {}, _body: body ?? {} } } : {};
    const dial = {
      method,
      path: query || body ? `${path}?` : path,
      ...options,
      headers: { ...headers },
      abortSignal: signal,
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

function optionsFor(endpoint: Endpoint): ConstructorParameters<typeof Docker>[0] {
  const nowhere = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined };
  const plain = { ...nowhere, protocol: 'http' as const, ca: undefined, cert: undefined, key: undefined };
  switch (endpoint.kind) {
    case 'unix':
    case 'pipe':
      return { ...plain, socketPath: endpoint.path };
    default:
      throw new Error('not yet');
  }
}

/** One connection per request: see the figures in connect.ts. */
function connectionFor(_endpoint: Endpoint): object {
  return { agent: false };
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
