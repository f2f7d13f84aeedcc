import { McpformError } from '../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Descriptor, Registry } from '../model/registry.ts';
import type { Candidate } from './candidate.ts';
import { bundleOfLayer } from './simple-signing.ts';
import { parseJson } from './statement.ts';

/** An image in a registry. */
export interface Place {
  readonly registry: Registry;
  readonly repository: string;
  /** `sha256:` + hex. */
  readonly digest: string;
}

/** What is looked at among the referrers, and again under the tag. A registry may list what it likes. */
export const MOST_CANDIDATES = 64;
const MOST_BUNDLE_BYTES = 4 * 1_048_576;
const MOST_PAYLOAD_BYTES = 65_536;

const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const isBundleType = (type: string): boolean => type.startsWith('application/vnd.dev.sigstore.bundle');

/**
 * Everything that is stored as a signature of an image, the newer way first: Sigstore bundles and cosign's older layers
 * among the referrers, then the layers under the tag `sha256-….sig`. Nothing is fetched before it is asked for.
 * https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
 */
export async function* findSignatures(image: Place): AsyncGenerator<Candidate> {
  const { registry, repository, digest } = image;
  let own: Promise<Uint8Array> | undefined;
  const place: Search = { ...image, own: () => (own ??= fetchManifest(digest, image)) };
  yield* atMost(referring(place), 'the referrers');
  const tag = `${digest.replace(':', '-')}.sig`;
  const tagged = await registry.resolve(repository, tag);
  if (tagged !== null) yield* atMost(signaturesIn([tagged.digest], place), `the tag "${tag}"`);
}

interface Search extends Place {
  /** The manifest of the image itself; fetched once, when somebody needs it. */
  readonly own: () => Promise<Uint8Array>;
}

async function fetchManifest(digest: string, { registry, repository }: Place): Promise<Uint8Array> {
  return (await registry.manifest(repository, digest)).bytes;
}

async function* referring(place: Search): AsyncGenerator<Candidate> {
  const ranked = (await place.registry.referrers(place.repository, place.digest))
    .map((descriptor) => ({ digest: descriptor.digest, rank: rankOf(descriptor) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ digest }) => digest);
  yield* signaturesIn(ranked.slice(0, MOST_CANDIDATES), place);
  if (ranked.length > MOST_CANDIDATES) yield tooMany('the referrers');
}

async function* atMost(candidates: AsyncIterable<Candidate>, where: string): AsyncGenerator<Candidate> {
  let count = 0;
  for await (const candidate of candidates) {
    if (count++ === MOST_CANDIDATES) return yield tooMany(where);
    yield candidate;
  }
}

function tooMany(place: string): Unreadable {
  return { kind: 'unreadable', place, reason: `only ${MOST_CANDIDATES} signatures of them were looked at` };
}

/** 0: a signature, by its type; 1: perhaps, because some versions of cosign list the type of the config; 2: no. */
function rankOf({ artifactType = '' }: Descriptor): number {
  const isOlder = artifactType.startsWith('application/vnd.dev.cosign.artifact.sig.');
  if (isOlder || isBundleType(artifactType)) return 0;
  const isUntold = /^(?:|application\/vnd\.oci\.(?:empty|image\.config)\.v1\+json)$/.test(artifactType);
  return isUntold ? 1 : 2;
}

async function* signaturesIn(manifests: readonly string[], place: Search): AsyncGenerator<Candidate> {
  for (const digest of manifests) {
    const bytes = await orReason(`"${digest}"`, () => fetchManifest(digest, place));
    if ('kind' in bytes) yield bytes;
    else yield* signaturesAmong(layersOf(bytes), `"${digest}"`, place);
  }
}

async function* signaturesAmong(
  layers: readonly JsonObject[],
  name: string,
  place: Search,
): AsyncGenerator<Candidate> {
  for (const layer of layers) {
    const where = layers.length === 1 ? name : `"${String(layer['digest'])}" in ${name}`;
    const candidate = await candidateOf(layer, where, place);
    if (candidate !== null) yield candidate;
  }
}

function layersOf(manifest: Uint8Array): readonly JsonObject[] {
  const value = parseJson(manifest);
  const layers = isJsonObject(value) ? value['layers'] : undefined;
  return Array.isArray(layers) ? (layers as readonly Json[]).filter(isJsonObject) : [];
}

async function candidateOf(layer: JsonObject, where: string, place: Search): Promise<Candidate | null> {
  const type = String(layer['mediaType']);
  if (isBundleType(type)) return bundleCandidate(layer, where, place);
  return type === SIMPLE_SIGNING ? layerCandidate(layer, where, place) : null;
}

async function bundleCandidate(layer: JsonObject, where: string, place: Search): Promise<Candidate> {
  const bytes = await fetchLayer(layer, where, { ...place, most: MOST_BUNDLE_BYTES });
  if ('kind' in bytes) return bytes;
  const bundle = parseJson(bytes);
  if (!isJsonObject(bundle)) return { kind: 'unreadable', place: where, reason: 'it is not JSON' };
  // A bare signature in a bundle can only be one of the image's own manifest.
  const message = bundle['messageSignature'] === undefined ? null : await place.own();
  return { kind: 'bundle', place: where, bundle, message };
}

async function layerCandidate(layer: JsonObject, where: string, place: Search): Promise<Candidate> {
  const payload = await fetchLayer(layer, where, { ...place, most: MOST_PAYLOAD_BYTES });
  if ('kind' in payload) return payload;
  const read = bundleOfLayer(payload, isJsonObject(layer['annotations']) ? layer['annotations'] : {});
  return 'reason' in read
    ? { kind: 'unreadable', place: where, reason: read.reason }
    : { kind: 'bundle', place: where, bundle: read.bundle, message: payload };
}

type Unreadable = Extract<Candidate, { kind: 'unreadable' }>;

async function fetchLayer(
  layer: JsonObject,
  where: string,
  { registry, repository, most }: Place & { readonly most: number },
): Promise<Uint8Array | Unreadable> {
  const { digest, size } = layer;
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    return { kind: 'unreadable', place: where, reason: 'its layer has no digest' };
  }
  if (typeof size !== 'number' || size > most) {
    return { kind: 'unreadable', place: where, reason: `it is larger than ${most} bytes` };
  }
  return orReason(where, () => registry.blob(repository, digest, most));
}

/** One entry of a list may be gone or wrong while others are good. A registry that cannot answer is another matter. */
async function orReason(place: string, run: () => Promise<Uint8Array>): Promise<Uint8Array | Unreadable> {
  try {
    return await run();
  } catch (error) {
    const isOurs = error instanceof McpformError && !ABOUT_REGISTRY.has(error.code);
    if (!isOurs) throw error;
    return { kind: 'unreadable', place, reason: error.message };
  }
}

const ABOUT_REGISTRY: ReadonlySet<string> = new Set(['RESOLVE_UNAVAILABLE', 'RESOLVE_DENIED']);
