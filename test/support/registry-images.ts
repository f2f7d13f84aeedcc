import { createHash } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { RealRegistry } from './registry.ts';

export interface Content {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly bytes: Buffer;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** One image for one platform. */
export interface TestImage {
  readonly platform: Platform;
  readonly manifest: Content;
  readonly config: Content;
  readonly layers: readonly Content[];
}

export interface TestIndex {
  readonly index: Content;
  readonly images: readonly TestImage[];
}

export interface ImageOptions {
  readonly platform?: Platform;
  /** ISO 8601, in the config. */
  readonly created?: string;
  /** What makes this image another one. */
  readonly seed?: string;
  readonly kind?: 'oci' | 'docker';
  readonly annotations?: Readonly<Record<string, string>>;
}

const MEDIA_TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
};

export const AMD64: Platform = { os: 'linux', architecture: 'amd64' };
export const ARM64: Platform = { os: 'linux', architecture: 'arm64', variant: 'v8' };

export function content(mediaType: string, value: string | Uint8Array | object): Content {
  const isText = typeof value === 'string' || value instanceof Uint8Array;
  const bytes = isText ? Buffer.from(value) : Buffer.from(JSON.stringify(value, null, 2));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { mediaType, digest, size: bytes.length, bytes };
}

/** An image as a builder would make it, of a few bytes. */
export function makeImage(options: ImageOptions = {}): TestImage {
  const {
    platform = AMD64,
    created = '2026-01-02T03:04:05Z',
    seed = '',
    kind = 'oci',
    annotations,
  } = options;
  const types = MEDIA_TYPES[kind];
  const layers = ['base', seed].map((part) => content(types.layer, `layer ${platform.architecture} ${part}`));
  const config = content(types.config, {
    ...platform,
    created,
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = content(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
    ...(annotations === undefined ? {} : { annotations }),
  });
  return { platform, manifest, config, layers };
}

/** An index over images of several platforms. */
export function makeIndex(
  options: Omit<ImageOptions, 'platform'> = {},
  platforms = [AMD64, ARM64],
): TestIndex {
  const images = platforms.map((platform) => makeImage({ ...options, platform }));
  const mediaType = MEDIA_TYPES[options.kind ?? 'oci'].index;
  const manifests = images.map(({ manifest, platform }) => ({ ...descriptorOf(manifest), platform }));
  return { index: content(mediaType, { schemaVersion: 2, mediaType, manifests }), images };
}

export function descriptorOf({ mediaType, digest, size }: Content): {
  mediaType: string;
  digest: string;
  size: number;
} {
  return { mediaType, digest, size };
}

export async function pushImage(
  registry: RealRegistry,
  repository: string,
  image: TestImage,
  tag: string = image.manifest.digest,
): Promise<string> {
  for (const blob of [image.config, ...image.layers]) await putBlob(registry, repository, blob);
  return putManifest(registry, repository, image.manifest, tag);
}

export async function pushIndex(
  registry: RealRegistry,
  repository: string,
  { index, images }: TestIndex,
  tag: string,
): Promise<string> {
  for (const image of images) await pushImage(registry, repository, image);
  return putManifest(registry, repository, index, tag);
}

/** Returns the digest that the registry gave it. */
export async function putManifest(
  registry: RealRegistry,
  repository: string,
  { mediaType, bytes }: Content,
  reference: string,
): Promise<string> {
  const path = `/v2/${repository}/manifests/${reference}`;
  const { headers } = await ask(registry, { method: 'PUT', path, repository, mediaType, body: bytes });
  return String(headers['docker-content-digest']);
}

export async function putBlob(registry: RealRegistry, repository: string, blob: Content): Promise<void> {
  const opened = await ask(registry, {
    method: 'POST',
    path: `/v2/${repository}/blobs/uploads/`,
    repository,
  });
  const place = new URL(String(opened.headers['location']), registry.url);
  place.searchParams.set('digest', blob.digest);
  const path = place.pathname + place.search;
  await ask(registry, {
    method: 'PUT',
    path,
    repository,
    mediaType: 'application/octet-stream',
    body: blob.bytes,
  });
}

export async function deleteManifest(
  registry: RealRegistry,
  repository: string,
  digest: string,
): Promise<void> {
  await ask(registry, { method: 'DELETE', path: `/v2/${repository}/manifests/${digest}`, repository });
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly repository: string;
  readonly mediaType?: string;
  readonly body?: Buffer;
}

/** Plain requests, with nothing of ours in between: what is tested does not set up its own test. */
function ask(registry: RealRegistry, { method, path, repository, mediaType, body }: Ask) {
  const send = registry.certificates === null ? requestHttp : requestHttps;
  const ca = registry.certificates?.authority;
  const authorization = authorizationFor(registry, repository);
  const headers = {
    ...(authorization === null ? {} : { authorization }),
    ...(mediaType === undefined ? {} : { 'content-type': mediaType }),
    'content-length': String(body?.length ?? 0),
  };
  return new Promise<{ headers: Readonly<Record<string, string | string[] | undefined>> }>((done, fail) => {
    const request = send(
      registry.url + path,
      { method, headers, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          const { statusCode = 0, headers } = response;
          if (statusCode < 300) done({ headers });
          else fail(new Error(`${method} ${path}: ${statusCode} ${Buffer.concat(pieces).toString()}`));
        });
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}

function authorizationFor({ credentials, tokens }: RealRegistry, repository: string): string | null {
  if (tokens !== null) return `Bearer ${tokens.issue(`repository:${repository}:pull,push,delete,*`)}`;
  if (credentials === null) return null;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}
