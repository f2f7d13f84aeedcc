import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Descriptor, Manifest } from '../../model/registry.ts';
import { isDigest } from './digest.ts';
import { isIndex } from './media-types.ts';

export type Platform = NonNullable<Descriptor['platform']>;

/** What a manifest consists of. Entries that no one can ask for (another hash than sha256) are left out. */
export type Parts =
  | { readonly kind: 'index'; readonly manifests: readonly Descriptor[]; readonly subject: Descriptor | null }
  | {
      readonly kind: 'manifest';
      /** Null in what is no image. */
      readonly config: Descriptor | null;
      readonly layers: readonly Descriptor[];
      readonly subject: Descriptor | null;
      readonly artifactType: string | null;
      readonly annotations: Readonly<Record<string, string>>;
    };

/** Reads a manifest that `Registry.manifest` returned. Bad parts are left out: whoever needs one misses it by name. */
export function parseManifest({ mediaType, bytes }: Pick<Manifest, 'mediaType' | 'bytes'>): Parts {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const document: JsonObject = isJsonObject(value) ? value : {};
  const subject = readDescriptor(document['subject']);
  if (isIndex(mediaType))
    return { kind: 'index', manifests: readDescriptors(document['manifests']), subject };
  return {
    kind: 'manifest',
    config: readDescriptor(document['config']),
    layers: readDescriptors(document['layers']),
    subject,
    artifactType: textOrNull(document['artifactType']),
    annotations: readAnnotations(document['annotations']),
  };
}

/** At most so many: an index of thousands of manifests is an attack on whoever asks for each of them. */
const MAX_DESCRIPTORS = 10_000;

export function readDescriptors(value: Json | undefined): readonly Descriptor[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, MAX_DESCRIPTORS)
    .map((each: Json) => readDescriptor(each))
    .filter((each): each is Descriptor => each !== null);
}

function readDescriptor(value: Json | undefined): Descriptor | null {
  if (!isJsonObject(value)) return null;
  const { mediaType, digest, size, artifactType } = value;
  if (typeof mediaType !== 'string' || typeof digest !== 'string' || !isDigest(digest)) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
  const platform = readPlatform(value['platform']);
  const annotations = readAnnotations(value['annotations']);
  return {
    mediaType,
    digest,
    size,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(platform === null ? {} : { platform }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

export function readPlatform(value: Json | undefined): Platform | null {
  if (!isJsonObject(value)) return null;
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') return null;
  return { os, architecture, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) };
}

function readAnnotations(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
