import { McpformError } from '../../src/model/error.ts';
import type { Json } from '../../src/model/json.ts';
import type { Descriptor, Manifest, Registry } from '../../src/model/registry.ts';
import { digestOf } from './keys.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** A mock: one repository in memory that is only ever asked for signatures. Counts what it is asked. */
export class MockRegistry implements Registry {
  readonly asked: string[] = [];
  readonly #manifests = new Map<string, Manifest>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #tags = new Map<string, string>();
  #referrers: Descriptor[] = [];

  /** Stores a manifest, and gives its digest. */
  push(manifest: Json, tag?: string): string {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const digest = digestOf(bytes);
    this.#manifests.set(digest, { mediaType: MANIFEST, digest, bytes });
    if (tag !== undefined) this.#tags.set(tag, digest);
    return digest;
  }

  pushBlob(bytes: Uint8Array): { readonly digest: string; readonly size: number } {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  }

  /** Attaches a bundle as cosign 3 does; `artifactType` is what the list of referrers says. */
  attach(bundle: Json, artifactType: string | null = BUNDLE): string {
    const layer = { mediaType: BUNDLE, ...this.pushBlob(Buffer.from(JSON.stringify(bundle))) };
    return this.refer(this.push({ schemaVersion: 2, artifactType: BUNDLE, layers: [layer] }), artifactType);
  }

  refer(digest: string, artifactType: string | null = BUNDLE): string {
    this.#referrers.push({
      mediaType: MANIFEST,
      digest,
      size: 1,
      ...(artifactType === null ? {} : { artifactType }),
    });
    return digest;
  }

  /** Stores older layers under the tag that cosign gives them. */
  tagSignatures(image: string, layers: readonly { payload: Uint8Array; annotations: Json }[]): void {
    const descriptors = layers.map(({ payload, annotations }) => ({
      mediaType: SIMPLE_SIGNING,
      ...this.pushBlob(payload),
      annotations,
    }));
    this.push({ schemaVersion: 2, layers: descriptors }, `${image.replace(':', '-')}.sig`);
  }

  async resolve(_: string, reference: string): Promise<Descriptor | null> {
    this.asked.push(`resolve ${reference}`);
    const digest = this.#tags.get(reference);
    return digest === undefined ? null : { mediaType: MANIFEST, digest, size: 1 };
  }

  async manifest(_: string, reference: string): Promise<Manifest> {
    this.asked.push(`manifest ${reference}`);
    return this.#manifests.get(reference) ?? missing(reference);
  }

  async blob(_: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    this.asked.push(`blob ${digest}`);
    const bytes = this.#blobs.get(digest) ?? missing(digest);
    if (bytes.length > maxBytes) throw new McpformError('RESOLVE_INTEGRITY', `"${digest}" is too large`);
    return bytes;
  }

  async referrers(): Promise<readonly Descriptor[]> {
    this.asked.push('referrers');
    return this.#referrers;
  }

  streamBlob(): never {
    throw new Error('not asked of this mock');
  }
  tags = this.streamBlob;
  hasBlob = this.streamBlob;
  mountBlob = this.streamBlob;
  uploadBlob = this.streamBlob;
  putManifest = this.streamBlob;
}

function missing(what: string): never {
  throw new McpformError('RESOLVE_NOT_FOUND', `there is no "${what}"`);
}
