import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { missing } from './pins.ts';
import { type Content, content, descriptorOf, type TestImage, type TestIndex } from './registry-images.ts';

/** Real MCP servers, the Node they run on, and the busybox below it, which starts fastest. */
export type McpImageName = 'everything' | 'filesystem' | 'memory' | 'node' | 'busybox';

/** A real image, made of this machine's Node and of npm packages. */
export interface McpImage {
  readonly name: string;
  /** Its tag: the version of the server. */
  readonly version: string;
  /** For two platforms; `image` is the one of this machine. */
  readonly index: TestIndex;
  readonly image: TestImage;
}

/** What an image says a container is to be, in the words of the OCI image config. */
export type ImageConfig = Readonly<Record<string, unknown>>;

const script = resolve(import.meta.dirname, '../../scripts/build-images.mjs');
let folder: string | undefined;

/** The folder of the images, which are built now if they are not there yet. */
function imagesFolder(): string {
  folder ??= execFileSync(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    .toString()
    .trim();
  return folder;
}

/** Whether images can be built or are there: for `describe.runIf`, as `requireEngine`. */
export function requireImages(): boolean {
  try {
    return existsSync(imagesFolder());
  } catch (error) {
    return missing(`the images of real MCP servers could not be built: ${(error as Error).message}`);
  }
}

export function mcpImage(name: McpImageName): McpImage {
  const listed: readonly Listed[] = JSON.parse(readFileSync(join(imagesFolder(), 'images.json'), 'utf8'));
  const found = listed.find((image) => image.name === name);
  if (found === undefined) throw new Error(`no image "${name}" is built`);
  const index = read(found.index);
  const { manifests } = JSON.parse(index.bytes.toString());
  const images: readonly TestImage[] = manifests.map(readImage);
  const image = images.find(({ manifest }) => manifest.digest === found.manifest.digest) as TestImage;
  return { name, version: found.version, index: { index, images }, image };
}

/** The same files, started in another way, and so another image: the next version of a server, or a broken one. */
export function variantOf(
  base: McpImage,
  version: string,
  change: (config: ImageConfig) => ImageConfig,
): McpImage {
  const images = base.index.images.map((image) => {
    const described = JSON.parse(image.config.bytes.toString());
    const config = content(image.config.mediaType, { ...described, config: change(described.config) });
    const manifest = content(image.manifest.mediaType, {
      schemaVersion: 2,
      mediaType: image.manifest.mediaType,
      config: descriptorOf(config),
      layers: image.layers.map(descriptorOf),
    });
    return { ...image, config, manifest };
  });
  const { mediaType } = base.index.index;
  const manifests = images.map(({ manifest, platform }) => ({ ...descriptorOf(manifest), platform }));
  const index = content(mediaType, { schemaVersion: 2, mediaType, manifests });
  const at = base.index.images.indexOf(base.image);
  return { name: base.name, version, index: { index, images }, image: images[at] as TestImage };
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly index: Descriptor;
  readonly manifest: Descriptor;
}

const known = new Map<string, Content>();

/** Layers are large, and in several images. */
function read({ mediaType, digest, size }: Descriptor): Content {
  const seen = known.get(digest);
  if (seen !== undefined) return seen;
  const bytes = readFileSync(join(imagesFolder(), 'blobs', digest.replace(':', '/')));
  const blob = { mediaType, digest, size, bytes };
  known.set(digest, blob);
  return blob;
}

function readImage({ platform, ...descriptor }: Descriptor & Pick<TestImage, 'platform'>): TestImage {
  const manifest = read(descriptor);
  const { config, layers } = JSON.parse(manifest.bytes.toString());
  return { platform, manifest, config: read(config), layers: layers.map(read) };
}
