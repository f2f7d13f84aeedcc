import { isJsonObject } from '../../model/json.ts';
import { isIndex, isManifest, OCI_INDEX, OCI_MANIFEST } from './media-types.ts';

/** What a manifest says it is. */
export interface OwnType {
  readonly mediaType: string;
  /** It says so by its fields alone, so Docker's type for the same is as good. */
  readonly isInferred: boolean;
}

/**
 * What the bytes of a manifest say they are; null when they are none, and when they could be read as an index and
 * as a manifest (https://github.com/opencontainers/distribution-spec/security/advisories/GHSA-mc8v-mgrf-8f4m).
 */
export function ownType(bytes: Uint8Array): OwnType | null {
  const document = parse(bytes);
  if (!isJsonObject(document)) return null;
  const { mediaType } = document;
  const hasManifests = 'manifests' in document;
  const hasLayers = 'layers' in document || 'config' in document;
  if (hasManifests && hasLayers) return null;
  if (typeof mediaType !== 'string') {
    if (!hasManifests && !hasLayers) return null;
    return { mediaType: hasManifests ? OCI_INDEX : OCI_MANIFEST, isInferred: true };
  }
  const isContradicted = (isIndex(mediaType) && hasLayers) || (isManifest(mediaType) && hasManifests);
  return isContradicted ? null : { mediaType, isInferred: false };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
