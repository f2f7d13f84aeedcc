import type { RunningEngine } from './engine-run.ts';
import type { McpImage } from './mcp-image.ts';
import { header } from './npm-registry-tarball.ts';
import type { RealRegistry } from './registry.ts';
import { type Content, descriptorOf, pushIndex } from './registry-images.ts';

/** What an image is called in a registry. */
export interface PushedImage {
  /** `127.0.0.1:40123/mcp/everything:2026.8.31` */
  readonly tagged: string;
  /** The same and the digest of its index, as a lock pins it. */
  readonly pinned: string;
  readonly digest: string;
}

/** Pushes an image, for both platforms, to where engines pull it from. */
export async function pushMcpImage(registry: RealRegistry, image: McpImage): Promise<PushedImage> {
  const repository = `mcp/${image.name}`;
  const tagged = `${registry.host}/${repository}:${image.version}`;
  const digest = await pushIndex(registry, repository, image.index, image.version);
  return { tagged, pinned: `${tagged}@${digest}`, digest };
}

/** Gives an engine an image that no registry has, and returns its name: `mcp/everything:2026.8.31`. */
export async function loadMcpImage(
  engine: RunningEngine,
  { name, version, image }: McpImage,
): Promise<string> {
  const tagged = `mcp/${name}:${version}`;
  const { config, manifest, layers } = image;
  const pathOf = ({ digest }: Content): string => `blobs/${digest.replace(':', '/')}`;
  const archive = packArchive({
    // The layout that images with containerd's store are read by: image-spec/image-layout.md.
    'oci-layout': Buffer.from('{"imageLayoutVersion":"1.0.0"}'),
    'index.json': json({
      schemaVersion: 2,
      manifests: [
        {
          ...descriptorOf(manifest),
          annotations: {
            'io.containerd.image.name': `docker.io/${tagged}`,
            'org.opencontainers.image.ref.name': version,
          },
        },
      ],
    }),
    // And how `docker save` writes them, that the older store reads.
    'manifest.json': json([{ Config: pathOf(config), RepoTags: [tagged], Layers: layers.map(pathOf) }]),
    ...Object.fromEntries([config, manifest, ...layers].map((blob) => [pathOf(blob), blob.bytes])),
  });
  const { status, body } = await engine.ask('POST', '/images/load?quiet=1', archive);
  if (status !== 200 || JSON.stringify(body).includes('"error"')) {
    throw new Error(`"${tagged}" could not be loaded: ${JSON.stringify(body)}`);
  }
  return tagged;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function packArchive(files: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(files).flatMap(([name, bytes]) => [
    header({ name, size: bytes.length, type: '0' }),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}
