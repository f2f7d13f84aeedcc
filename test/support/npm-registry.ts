import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { packTarball } from './npm-registry-tarball.ts';

export interface Publication {
  readonly name: string;
  readonly version: string;
  /** Besides `package.json`, which is made from the rest. */
  readonly files?: Readonly<Record<string, string>>;
  /** More of `package.json`, as the registry shows it too: `dependencies`, `bin`, `os`, … */
  readonly manifest?: JsonObject;
  /** ISO 8601. Default: long ago. */
  readonly at?: string;
  /** Default: `latest`. */
  readonly tag?: string;
  /** The tarball itself, when it is not made from the files. */
  readonly tarball?: Buffer;
}

export interface Asked {
  readonly path: string;
  readonly accept: string;
  readonly authorization: string | null;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An npm registry inside the test's own process, on loopback: what clients read of the protocol, and ways to lie. */
export interface NpmRegistry {
  /** Ends in a slash. */
  readonly url: string;
  readonly port: number;
  /** Everything that was asked, in order. */
  readonly asked: readonly Asked[];
  publish(publication: Publication): void;
  tag(name: string, tag: string, version: string): void;
  /** Changes what the registry says of a release; the tarball stays. */
  amend(name: string, version: string, change: (release: Release) => Release): void;
  /** Serves another tarball under the same address, and says nothing. */
  replaceTarball(name: string, version: string, tarball: Buffer): void;
  integrityOf(name: string, version: string): string;
  unpublish(name: string): void;
  /** Forgets when releases were published. */
  forgetTimes(name: string): void;
  /** Answers requests whose path starts so in another way, until called with null. */
  answer(path: string, how: Answer | null): void;
  forget(): void;
  close(): Promise<void>;
}

export type Release = JsonObject & { readonly dist: JsonObject };

interface Known {
  readonly releases: Map<string, Release>;
  readonly tags: Map<string, string>;
  readonly times: Map<string, string>;
}

export interface RegistryOptions {
  /** Everything needs `Authorization: Bearer <token>`. */
  readonly token?: string;
  /** Below the root of the server: `npm/private/`. */
  readonly folder?: string;
  /** PEM; speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function npmRegistry({ token, folder = '', tls }: RegistryOptions = {}): Promise<NpmRegistry> {
  const packages = new Map<string, Known>();
  const tarballs = new Map<string, Buffer>();
  const answers = new Map<string, Answer>();
  const asked: Asked[] = [];
  const listener: Answer = (request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const { accept = '', authorization = null } = request.headers;
    asked.push({ path, accept, authorization });
    const special = [...answers].find(([start]) => path.startsWith(start));
    if (special !== undefined) return special[1](request, response);
    if (token !== undefined && authorization !== `Bearer ${token}`)
      return send(response, 401, { error: 'no' });
    if (!path.startsWith(folder)) return send(response, 404, {});
    const below = path.slice(folder.length);
    const tarball = tarballs.get(below);
    if (tarball !== undefined) return void response.end(tarball);
    const known = packages.get(below);
    if (known === undefined) return send(response, 404, { error: 'not found' });
    send(response, 200, packument(below, known, accept.includes('install-v1')));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', () => done()));
  const { port } = server.address() as AddressInfo;
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/${folder}`;
  const knownOf = (name: string): Known => {
    const known = packages.get(name) ?? { releases: new Map(), tags: new Map(), times: new Map() };
    packages.set(name, known);
    return known;
  };
  const releaseOf = (name: string, version: string): Release => {
    const release = knownOf(name).releases.get(version);
    if (release === undefined) throw new Error(`the test never published "${name}@${version}"`);
    return release;
  };
  const tarballPath = (name: string, version: string): string =>
    `${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
  return {
    url,
    port,
    asked,
    publish({
      name,
      version,
      files = {},
      manifest = {},
      at = '2020-01-01T00:00:00.000Z',
      tag = 'latest',
      tarball,
    }) {
      const described = { name, version, ...manifest };
      const bytes = tarball ?? packTarball({ 'package.json': JSON.stringify(described), ...files });
      const path = tarballPath(name, version);
      const known = knownOf(name);
      tarballs.set(path, bytes);
      known.releases.set(version, { ...described, dist: { ...distOf(bytes), tarball: url + path } });
      known.times.set(version, at);
      known.tags.set(tag, version);
    },
    tag: (name, tag, version) => void knownOf(name).tags.set(tag, version),
    amend: (name, version, change) =>
      void knownOf(name).releases.set(version, change(releaseOf(name, version))),
    replaceTarball: (name, version, tarball) => void tarballs.set(tarballPath(name, version), tarball),
    integrityOf: (name, version) => String(releaseOf(name, version).dist['integrity']),
    unpublish: (name) => void packages.delete(name),
    forgetTimes: (name) => knownOf(name).times.clear(),
    answer: (path, how) => void (how === null ? answers.delete(path) : answers.set(path, how)),
    forget: () => void asked.splice(0),
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

function distOf(tarball: Buffer): JsonObject {
  return { integrity: `sha512-${hash('sha512', tarball, 'base64')}`, shasum: hash('sha1', tarball) };
}

/** The abbreviated form has no times. https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
function packument(name: string, { releases, tags, times }: Known, isAbbreviated: boolean): JsonObject {
  return {
    name,
    'dist-tags': Object.fromEntries(tags),
    versions: Object.fromEntries(releases),
    ...(isAbbreviated ? {} : { readme: `# ${name}`, time: Object.fromEntries(times) }),
  };
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.end(gzipSync(JSON.stringify(body)));
}
