import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';
import { type Content, content, type TestImage, type TestIndex } from './registry-images.ts';

export interface Recorded {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a request itself and returns true, or leaves it to the honest registry. */
export type Lie = (request: Recorded, response: ServerResponse) => boolean | undefined;

/** A registry in this process: honest, until a test tells it to lie. */
export interface MockRegistry {
  readonly host: string;
  readonly url: string;
  /** All that was asked, in order. */
  readonly requests: Recorded[];
  /** What the lie answers is what is sent. */
  lie: Lie | null;
  readonly add: (repository: string, image: TestImage | TestIndex, tag?: string) => void;
  readonly addManifest: (repository: string, manifest: Content, ...references: readonly string[]) => void;
  readonly close: () => Promise<void>;
}

export interface MockOptions {
  readonly certificates?: Certificates;
  /** The name that is listened under; both are loopback. Default: `127.0.0.1`. */
  readonly name?: 'localhost' | '127.0.0.1';
  /** Each answer takes this long. */
  readonly latencyMs?: number;
}

export async function startMock(options: MockOptions = {}): Promise<MockRegistry> {
  const { certificates, name = '127.0.0.1', latencyMs = 0 } = options;
  const store = new Map<string, Content>();
  const requests: Recorded[] = [];
  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await record(incoming);
    requests.push(request);
    const answer = (): void => {
      if (mock.lie?.(request, response) !== true) answerHonestly(store, request, response);
    };
    if (latencyMs === 0) answer();
    else setTimeout(answer, latencyMs);
  };
  const server =
    certificates === undefined
      ? createServer(listener)
      : createTlsServer({ key: certificates.key, cert: certificates.certificate }, listener);
  await new Promise<void>((done) => server.listen(0, name, done));
  const host = `${name}:${(server.address() as AddressInfo).port}`;
  const mock: MockRegistry = {
    host,
    url: `${certificates === undefined ? 'http' : 'https'}://${host}`,
    requests,
    lie: null,
    addManifest: (repository, manifest, ...references) => {
      for (const reference of [manifest.digest, ...references]) {
        store.set(`/v2/${repository}/manifests/${reference}`, manifest);
      }
    },
    add: (repository, image, tag) => {
      const images = 'index' in image ? image.images : [image];
      for (const { manifest, config, layers } of images) {
        mock.addManifest(repository, manifest);
        for (const blob of [config, ...layers]) store.set(`/v2/${repository}/blobs/${blob.digest}`, blob);
      }
      const top = 'index' in image ? image.index : image.manifest;
      mock.addManifest(repository, top, ...(tag === undefined ? [] : [tag]));
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return mock;
}

async function record(incoming: IncomingMessage): Promise<Recorded> {
  const { method = '', url = '', headers } = incoming;
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return { method, url, headers, body: Buffer.concat(pieces).toString() };
}

function answerHonestly(
  store: ReadonlyMap<string, Content>,
  { method, url, headers }: Recorded,
  response: ServerResponse,
): void {
  const { pathname } = new URL(url, 'http://x');
  const tags = /^\/v2\/(.+)\/tags\/list$/.exec(pathname)?.[1];
  if (tags !== undefined) {
    sendTags(store, tags, response);
    return;
  }
  const found = store.get(pathname);
  if (found === undefined)
    return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  const sent = pathname.includes('/manifests/') ? asAccepted(found, headers.accept) : found;
  response.setHeader('content-type', sent.mediaType);
  response.setHeader('content-length', sent.size);
  response.setHeader('docker-content-digest', sent.digest);
  response.end(method === 'HEAD' ? undefined : sent.bytes);
}

function sendTags(store: ReadonlyMap<string, Content>, repository: string, response: ServerResponse): void {
  const prefix = `/v2/${repository}/manifests/`;
  const tags = [...store.keys()]
    .filter((path) => path.startsWith(prefix) && !path.includes('sha256:'))
    .map((path) => path.slice(prefix.length));
  if (tags.length === 0) response.statusCode = 404;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name: repository, tags }));
}

/** As docker-registry 2.8 does: who does not name the type gets it converted, and with it another digest. */
function asAccepted(found: Content, accept = ''): Content {
  if (accept.split(', ').includes(found.mediaType)) return found;
  return content('application/vnd.docker.distribution.manifest.v1+prettyjws', {
    schemaVersion: 1,
    of: found.digest,
  });
}
