import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { parseImageReference } from '../../model/image-reference.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { ImagePin } from '../../model/lock.ts';
import { platformsOf } from '../../resolve/oci/platforms.ts';
import type { ServerImage } from './images-of.ts';
import type { Registries } from './registries.ts';

/** An image, and what it runs on. */
export interface PlatformsOfImage {
  readonly server: string;
  /** Null when it is not locked, since a tag may be anything tomorrow. */
  readonly platforms: readonly Platform[] | null;
  readonly error?: McpformError;
}

export interface Platform {
  /** `linux/arm64/v8`; null when the image does not say. */
  readonly platform: string | null;
  /** Of the manifest that this platform pulls. */
  readonly manifest: string;
  /** Of its configuration, which some engines call the image's id. */
  readonly config: string;
}

const IMAGES_AT_ONCE = 16;

/** What each image runs on, by its digest: asked once, and then known. One that fails leaves the others alone. */
export async function listPlatforms(
  images: readonly ServerImage[],
  { open }: Pick<Registries, 'open'>,
  ctx: Context,
): Promise<readonly PlatformsOfImage[]> {
  return await inParallel(images, IMAGES_AT_ONCE, async ({ server, pin }) => {
    if (pin === null) return { server, platforms: null };
    try {
      return { server, platforms: await platformsFor(pin, open, ctx) };
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      return { server, platforms: null, error };
    }
  });
}

async function platformsFor(
  { image }: ImagePin,
  open: Registries['open'],
  ctx: Context,
): Promise<readonly Platform[]> {
  const { registry: host, repository, digest } = parseImageReference(image);
  if (digest === undefined) throw new Error(`the pin "${image}" has no digest`);
  const found = await platformsOf({ registry: await open(host), repository }, digest, ctx);
  return found.map(({ platform, manifest, config }) => ({
    platform:
      platform === null
        ? null
        : [platform.os, platform.architecture, platform.variant]
            .filter((part) => part !== undefined)
            .join('/'),
    manifest,
    config,
  }));
}
