import type { Context } from '../../model/context.ts';
import type { Descriptor, Manifest } from '../../model/registry.ts';
import { configOf, manifestOf, type Repository } from './content.ts';
import { type Platform, parseManifest, readPlatform } from './parse-descriptors.ts';

/** What an image is on one platform: the digests an engine may show for it. */
export interface PlatformImage {
  /** Null when neither index nor configuration say. */
  readonly platform: Platform | null;
  /** Of the manifest that this platform pulls. */
  readonly manifest: string;
  /** Of its configuration: the image's id in the classic store. */
  readonly config: string;
}

/** Indexes of more platforms than this are not gone through. */
const MAX_PLATFORMS = 64;

/**
 * The platforms of an image, by its index digest (or that of its one manifest). Everything follows from that digest
 * by content, so the second time nobody is asked. Attestations, which are listed like platforms, are left out.
 */
export async function platformsOf(
  from: Repository,
  digest: string,
  ctx: Context,
): Promise<readonly PlatformImage[]> {
  const top = await manifestOf(from, digest, ctx);
  const parts = parseManifest(top);
  if (parts.kind === 'manifest') {
    const image = await readImage(from, top, null, ctx);
    return image === null ? [] : [image];
  }
  const children = parts.manifests.filter(isPlatform).slice(0, MAX_PLATFORMS);
  const images = await Promise.all(
    children.map(async (child) =>
      readImage(from, await manifestOf(from, child.digest, ctx), child.platform ?? null, ctx),
    ),
  );
  return images.filter((image) => image !== null);
}

/** BuildKit lists what it attests as manifests for a platform that nobody has. */
export function isPlatform({ platform, annotations }: Descriptor): boolean {
  return platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined;
}

async function readImage(
  from: Repository,
  manifest: Manifest,
  platform: Platform | null,
  ctx: Context,
): Promise<PlatformImage | null> {
  const parts = parseManifest(manifest);
  if (parts.kind === 'index' || parts.config === null) return null;
  const config = parts.config.digest;
  return { platform: platform ?? (await ownPlatform(from, config, ctx)), manifest: manifest.digest, config };
}

async function ownPlatform(from: Repository, config: string, ctx: Context): Promise<Platform | null> {
  const text = Buffer.from(await configOf(from, config, ctx)).toString('utf8');
  try {
    return readPlatform(JSON.parse(text));
  } catch (error) {
    // The configuration of something that is no image can be anything.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
