/** What an image can be: an index of several platforms, or one manifest, each as OCI and as Docker have it. */
const INDEXES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const MANIFESTS: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

export const OCI_INDEX = INDEXES[0] as string;
export const OCI_MANIFEST = MANIFESTS[0] as string;

/**
 * Sent whenever a manifest is asked for: without all four, a registry converts what it has into what it thinks we
 * know, and that has another digest.
 */
export const ACCEPT = [...INDEXES, ...MANIFESTS].join(', ');

export function isIndex(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

export function isManifest(mediaType: string): boolean {
  return MANIFESTS.includes(mediaType);
}

/** Without parameters, which mean nothing here. */
export function mediaTypeIn(contentType: string | undefined): string {
  return (contentType ?? '').replace(/;.*$/, '').trim().toLowerCase();
}
