import { createHash } from 'node:crypto';
import type { Descriptor, Manifest, Registry } from '../../src/model/registry.ts';

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const FOREIGN_LAYER = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';

/** An image as it is pushed: blobs, then manifests in an order in which each finds what it names. */
export interface Image {
  readonly digest: string;
  readonly manifests: readonly Manifest[];
  readonly blobs: readonly Blob[];
}

export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  /** Left out when the image is published: only its address is known. */
  readonly isElsewhere?: true;
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blobOf(content: string | Uint8Array, mediaType = OCI_LAYER): Blob {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

export function manifestOf(mediaType: string, value: object): Manifest {
  // Odd white space, so that whoever prints it again is found out.
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }, null, 3));
  return { mediaType, digest: digestOf(bytes), bytes };
}

export function descriptorOf({ mediaType, digest, bytes }: Manifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

export interface Made {
  /** Contents of the layers. */
  readonly layers: readonly (string | Uint8Array | Blob)[];
  readonly architecture?: string;
  readonly mediaType?: string;
  /** What the manifest is about. */
  readonly subject?: Manifest;
  readonly artifactType?: string;
}

/** An image for one platform. */
export function makeImage({
  layers,
  architecture = 'amd64',
  mediaType = OCI_MANIFEST,
  subject,
  artifactType,
}: Made): Image {
  const made = layers.map((layer) => (typeof layer === 'object' && 'bytes' in layer ? layer : blobOf(layer)));
  const config = blobOf(
    JSON.stringify({ os: 'linux', architecture, layers: made.map(({ descriptor }) => descriptor.digest) }),
    OCI_CONFIG,
  );
  const manifest = manifestOf(mediaType, {
    config: config.descriptor,
    layers: made.map(({ descriptor, isElsewhere }) =>
      isElsewhere ? { ...descriptor, urls: ['https://example.com/layer'] } : descriptor,
    ),
    ...(subject === undefined ? {} : { subject: descriptorOf(subject) }),
    ...(artifactType === undefined ? {} : { artifactType }),
  });
  return { digest: manifest.digest, manifests: [manifest], blobs: [config, ...made] };
}

/** An index of images; `platforms` by their order. */
export function makeIndex(
  images: readonly Image[],
  {
    mediaType = OCI_INDEX,
    platforms = ['amd64', 'arm64', 'riscv64'],
  }: { mediaType?: string; platforms?: string[] } = {},
): Image {
  const children = images.map(({ manifests }, at) => ({
    ...descriptorOf(manifests.at(-1) as Manifest),
    platform:
      platforms[at] === 'unknown'
        ? { os: 'unknown', architecture: 'unknown' }
        : { os: 'linux', architecture: platforms[at] },
  }));
  const index = manifestOf(mediaType, { manifests: children });
  return {
    digest: index.digest,
    manifests: [...images.flatMap(({ manifests }) => manifests), index],
    blobs: images.flatMap(({ blobs }) => blobs),
  };
}

/** Two platforms that share a layer, and an attestation beside them, as BuildKit makes them. */
export function makeMultiArch(name: string): Image {
  return makeIndex(
    [
      makeImage({ layers: [`${name} base`, `${name} amd64`] }),
      makeImage({ layers: [`${name} base`, `${name} arm64`], architecture: 'arm64' }),
      makeImage({ layers: [blobOf(`{"of": "${name}"}`, 'application/vnd.in-toto+json')] }),
    ],
    { platforms: ['amd64', 'arm64', 'unknown'] },
  );
}

/** Pushes an image, as any client does. */
export async function publish(
  registry: Registry,
  repository: string,
  { manifests, blobs }: Image,
  tag?: string,
): Promise<void> {
  for (const { descriptor, bytes, isElsewhere } of blobs) {
    if (isElsewhere || (await registry.hasBlob(repository, descriptor.digest))) continue;
    await registry.uploadBlob(repository, descriptor, once(bytes));
  }
  for (const manifest of manifests) await registry.putManifest(repository, manifest.digest, manifest);
  if (tag !== undefined) await registry.putManifest(repository, tag, manifests.at(-1) as Manifest);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
