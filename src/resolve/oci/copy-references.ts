import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Descriptor, Manifest } from '../../model/registry.ts';
import { shortDigest } from './digest.ts';
import { isIndex, isManifest } from './media-types.ts';
import { readDescriptors } from './parse-descriptors.ts';

/** What a manifest names, which must be there before it. */
export interface References {
  readonly manifests: readonly Descriptor[];
  readonly blobs: readonly BlobReference[];
  /** Digest of the manifest that this one is about, which need not be there. Null for images. */
  readonly subject: string | null;
}

export interface BlobReference extends Descriptor {
  /** A layer that may only be had from somewhere else, by its `urls`: a registry need not have it. */
  readonly isForeign: boolean;
}

/**
 * Reads an index or manifest whole: a copy that leaves something out is none. Throws RESOLVE_PROTOCOL when it names
 * what nobody can ask for, or could be read as index and image at once: then two registries would disagree about what
 * it is (CVE-2021-41190). https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 */
export function referencesOf(manifest: Manifest): References {
  const value = parse(manifest);
  const [subject = null] = value['subject'] ? descriptorsIn([value['subject']], manifest) : [];
  const about = { subject: subject?.digest ?? null };
  if (!isIndex(manifest.mediaType)) {
    if ('manifests' in value) throw invalid(manifest, 'is an image and an index at once');
    const blobs = [
      ...descriptorsIn([value['config'] ?? null], manifest),
      ...descriptorsIn(value['layers'], manifest),
    ];
    return { manifests: [], blobs: blobs.map(toBlob), ...about };
  }
  if ('layers' in value || 'config' in value) throw invalid(manifest, 'is an index and an image at once');
  const children = descriptorsIn(value['manifests'], manifest);
  // An index may name anything; what is no manifest, a registry keeps as a blob.
  const isChild = ({ mediaType }: Descriptor): boolean => isIndex(mediaType) || isManifest(mediaType);
  return {
    manifests: children.filter(isChild),
    blobs: children.filter((each) => !isChild(each)).map(toBlob),
    ...about,
  };
}

function parse(manifest: Manifest): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(manifest.bytes).toString('utf8'));
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw invalid(manifest, 'is not JSON', error);
  }
  throw invalid(manifest, 'is not a JSON object');
}

function descriptorsIn(value: Json | undefined, manifest: Manifest): readonly Descriptor[] {
  const read = readDescriptors(value);
  if (Array.isArray(value) && read.length === value.length) return read;
  throw invalid(manifest, 'does not say type, size and sha256 digest of all that it names');
}

/** Windows' base layers, which only Microsoft may hand out, and what OCI made of them. */
const FOREIGN =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.|oci\.image\.layer\.nondistributable\.v1\.)/;

function toBlob(descriptor: Descriptor): BlobReference {
  return { ...descriptor, isForeign: FOREIGN.test(descriptor.mediaType) };
}

function invalid({ digest }: Manifest, what: string, cause?: unknown): McpformError {
  return new McpformError('RESOLVE_PROTOCOL', `the manifest "${shortDigest(digest)}" ${what}`, {
    hint: 'tell whoever published it',
    ...(cause === undefined ? {} : { cause }),
  });
}
