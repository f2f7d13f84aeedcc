import { isImageId, parseImageReference } from '../../model/image-reference.ts';

/**
 * `redis:7@sha256:…` → `docker.io/library/redis@sha256:…`: one spelling for what a manifest, an engine's list of
 * digests and a container call the same content. Null without a digest.
 */
export function imageByDigest(reference: string): string | null {
  const { digest } = parseImageReference(reference);
  return digest === undefined ? null : `${repositoryOf(reference)}@${digest}`;
}

/** What attributes say of an image that is asked for so: by its digest, or by the id of one that no registry has. */
export function imageContent(reference: string): string {
  const content = isImageId(reference) ? reference : imageByDigest(reference);
  if (content === null) throw new Error(`image "${reference}" has no digest`);
  return content;
}

/** `redis:7` → `docker.io/library/redis`. */
export function repositoryOf(reference: string): string {
  const { registry, repository } = parseImageReference(reference);
  return `${registry}/${repository}`;
}

/** `linux/arm64/v8` → `linux/arm64`: what everybody has is left out. Undefined when the engine does not say. */
export function platformOf(os: string, architecture: string, variant = ''): string | undefined {
  if (os === '' || architecture === '') return undefined;
  const isUsual = variant === '' || (architecture === 'arm64' && variant === 'v8');
  return `${os}/${architecture}${isUsual ? '' : `/${variant}`}`;
}

/** As `platformOf` writes it. */
export function normalizePlatform(platform: string): string {
  const [os = '', architecture = '', variant] = platform.split('/');
  return platformOf(os, architecture, variant) ?? platform;
}
