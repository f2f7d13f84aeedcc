/**
 * One image registry as the OCI distribution protocol has it; `resolve/oci` makes them. Bytes that do not hash to
 * the digest they were asked by, or to the one the registry claims, never come out of it.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export interface Registry {
  /** Digest of a tag or digest by HEAD, the index preferred; null when there is no such manifest. */
  resolve(repository: string, reference: string): Promise<Descriptor | null>;
  /** A manifest or index, at most 4 MiB (https://github.com/opencontainers/distribution-spec, "manifest size"). */
  manifest(repository: string, reference: string): Promise<Manifest>;
  /** A blob of at most `maxBytes`, whole. */
  blob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array>;
  /** A blob in pieces; throws at the end when the bytes were not those of the digest. */
  streamBlob(repository: string, descriptor: Descriptor): AsyncIterable<Uint8Array>;
  /** Manifests that refer to the digest, through the referrers API or its fallback tag; empty when there are none. */
  referrers(repository: string, digest: string): Promise<readonly Descriptor[]>;
  /** All tags, in the registry's order. */
  tags(repository: string): Promise<readonly string[]>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  /** Takes a blob over from another repository of the same registry; false when it would not. */
  mountBlob(repository: string, digest: string, from: string): Promise<boolean>;
  uploadBlob(repository: string, descriptor: Descriptor, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  putManifest(repository: string, reference: string, manifest: Manifest): Promise<void>;
}

export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` + hex. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}
