import { McpformError } from '../../src/model/error.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import type { Descriptor, Manifest, Registry } from '../../src/model/registry.ts';
import { digestOf, OCI_INDEX } from './image.ts';

export interface Call {
  /** From 1, in the order they began. */
  readonly n: number;
  readonly name: keyof Registry;
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

export interface MockOptions {
  /** Keeps the list of referrers itself, as OCI 1.1 has it. Default: false, as docker-registry 2.8. */
  readonly hasReferrers?: boolean;
  /** Takes blobs over from other repositories. Default: true. */
  readonly mounts?: boolean;
  /** Pieces of a blob. Default: 64 KiB. */
  readonly pieceBytes?: number;
}

interface Repository {
  readonly manifests: Map<string, Manifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Uint8Array>;
}

const WRITES: ReadonlySet<string> = new Set(['uploadBlob', 'mountBlob', 'putManifest']);

/**
 * A registry in memory, for tests alone. As strict as the real one: it takes no bytes of another digest, and no
 * manifest before what it names is there.
 */
export class RegistryMock implements Registry {
  readonly calls: Call[] = [];
  /** Asked as each call begins: throws to let it fail, waits to hold it. */
  onCall: (call: Call) => void | Promise<void> = () => {};
  /** Asked when a call has taken effect, before its answer is known; throws to lose the answer. */
  afterCall: (call: Call) => void = () => {};
  /** Most calls of a kind that ran at once. */
  readonly most = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #repositories = new Map<string, Repository>();
  readonly #options: Required<MockOptions>;

  constructor(options: MockOptions = {}) {
    this.#options = { hasReferrers: false, mounts: true, pieceBytes: 65_536, ...options };
  }

  /** Calls that change something, as `name repository reference`. */
  get writes(): readonly string[] {
    return this.calls
      .filter(({ name }) => WRITES.has(name))
      .map(({ name, repository, reference }) => `${name} ${repository} ${reference}`);
  }

  /** Everything there is, for comparing. */
  dump(repository: string): { manifests: string[]; blobs: string[]; tags: Record<string, string> } {
    const { manifests, blobs, tags } = this.#at(repository);
    return {
      manifests: [...manifests.keys()].sort(),
      blobs: [...blobs.keys()].sort(),
      tags: Object.fromEntries(tags),
    };
  }

  bytesOf(repository: string, digest: string): Uint8Array | undefined {
    return this.#at(repository).manifests.get(digest)?.bytes ?? this.#at(repository).blobs.get(digest);
  }

  /** Loses something, as a registry whose disk was tidied by hand. */
  lose(repository: string, digest: string): void {
    this.#at(repository).manifests.delete(digest);
    this.#at(repository).blobs.delete(digest);
  }

  /** Keeps other bytes under a digest. What comes out is checked, as the interface promises. */
  spoil(repository: string, digest: string, bytes: Uint8Array): void {
    this.#at(repository).blobs.set(digest, bytes);
  }

  resolve = (repository: string, reference: string): Promise<Descriptor | null> =>
    this.#call('resolve', repository, reference, () => {
      const manifest = this.#find(repository, reference);
      if (manifest === undefined) return null;
      const { mediaType, digest, bytes } = manifest;
      return { mediaType, digest, size: bytes.length };
    });

  manifest = (repository: string, reference: string): Promise<Manifest> =>
    this.#call('manifest', repository, reference, () => {
      const manifest = this.#find(repository, reference);
      if (manifest === undefined) throw notFound(`${repository} ${reference}`);
      if (digestOf(manifest.bytes) !== manifest.digest) throw lied(manifest.digest);
      return manifest;
    });

  blob = (repository: string, digest: string, maxBytes: number): Promise<Uint8Array> =>
    this.#call('blob', repository, digest, () => {
      const bytes = this.#at(repository).blobs.get(digest);
      if (bytes === undefined) throw notFound(`${repository} ${digest}`);
      if (bytes.length > maxBytes) throw new McpformError('RESOLVE_TOO_BIG', `"${digest}" is too big`);
      if (digestOf(bytes) !== digest) throw lied(digest);
      return bytes;
    });

  streamBlob = (repository: string, descriptor: Descriptor): AsyncGenerator<Uint8Array> =>
    this.#stream(repository, descriptor);

  referrers = (repository: string, digest: string): Promise<readonly Descriptor[]> =>
    this.#call('referrers', repository, digest, () => {
      if (this.#options.hasReferrers) return this.#referring(repository, digest);
      const index = this.#find(repository, digest.replace(':', '-'));
      return index?.mediaType === OCI_INDEX ? descriptorsIn(parse(index)['manifests']) : [];
    });

  tags = (repository: string): Promise<readonly string[]> =>
    this.#call('tags', repository, '', () => [...this.#at(repository).tags.keys()]);

  hasBlob = (repository: string, digest: string): Promise<boolean> =>
    this.#call('hasBlob', repository, digest, () => this.#at(repository).blobs.has(digest));

  mountBlob = (repository: string, digest: string, from: string): Promise<boolean> =>
    this.#call('mountBlob', repository, digest, () => {
      const bytes = this.#at(from).blobs.get(digest);
      if (!this.#options.mounts || bytes === undefined) return false;
      this.#at(repository).blobs.set(digest, bytes);
      return true;
    });

  uploadBlob = (
    repository: string,
    { digest, size }: Descriptor,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<void> =>
    this.#call('uploadBlob', repository, digest, async () => {
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(piece);
      const whole = Buffer.concat(pieces);
      if (whole.length !== size || digestOf(whole) !== digest) throw lied(digest);
      this.#at(repository).blobs.set(digest, whole);
    });

  putManifest = (repository: string, reference: string, manifest: Manifest): Promise<void> =>
    this.#call('putManifest', repository, reference, () => {
      const { manifests, tags } = this.#at(repository);
      if (digestOf(manifest.bytes) !== manifest.digest) throw lied(manifest.digest);
      this.#assertComplete(repository, manifest);
      manifests.set(manifest.digest, manifest);
      if (!reference.startsWith('sha256:')) tags.set(reference, manifest.digest);
      else if (reference !== manifest.digest) throw lied(reference);
    });

  async *#stream(repository: string, { digest, size }: Descriptor): AsyncGenerator<Uint8Array> {
    const call = this.#note('streamBlob', repository, digest);
    this.#enter('streamBlob');
    try {
      await this.onCall(call);
      const bytes = this.#at(repository).blobs.get(digest);
      if (bytes === undefined) throw notFound(`${repository} ${digest}`);
      for (let at = 0; at < bytes.length; at += this.#options.pieceBytes) {
        yield bytes.subarray(at, at + this.#options.pieceBytes);
      }
      if (bytes.length !== size || digestOf(bytes) !== digest) throw lied(digest);
      this.afterCall(call);
    } finally {
      this.#leave('streamBlob');
    }
  }

  #assertComplete(repository: string, manifest: Manifest): void {
    const { manifests, blobs } = this.#at(repository);
    const value = parse(manifest);
    for (const { digest, mediaType } of descriptorsIn(value['manifests'])) {
      const isBlob = !mediaType.includes('manifest') && !mediaType.includes('image.index');
      // Referrers are listed whether they are there or not.
      if (!manifests.has(digest) && !(isBlob && blobs.has(digest))) throw refused(`${digest} is not there`);
    }
    const layers = descriptorsIn(value['layers']).filter(({ mediaType }) => !mediaType.includes('foreign'));
    const config = isJsonObject(value['config']) ? descriptorsIn([value['config']]) : [];
    for (const { digest } of [...config, ...layers]) {
      if (!blobs.has(digest)) throw refused(`${digest} is not there`);
    }
  }

  #referring(repository: string, digest: string): readonly Descriptor[] {
    return [...this.#at(repository).manifests.values()].flatMap((manifest) => {
      const { subject, artifactType } = parse(manifest);
      if (!isJsonObject(subject) || subject['digest'] !== digest) return [];
      const { mediaType, bytes } = manifest;
      return [{ mediaType, digest: manifest.digest, size: bytes.length, artifactType: String(artifactType) }];
    });
  }

  #find(repository: string, reference: string): Manifest | undefined {
    const { manifests, tags } = this.#at(repository);
    return manifests.get(reference.startsWith('sha256:') ? reference : (tags.get(reference) ?? ''));
  }

  #at(repository: string): Repository {
    const known = this.#repositories.get(repository) ?? {
      manifests: new Map(),
      tags: new Map(),
      blobs: new Map(),
    };
    this.#repositories.set(repository, known);
    return known;
  }

  async #call<T>(
    name: keyof Registry,
    repository: string,
    reference: string,
    answer: () => T | Promise<T>,
  ): Promise<T> {
    const call = this.#note(name, repository, reference);
    this.#enter(name);
    try {
      await this.onCall(call);
      const result = await answer();
      this.afterCall(call);
      return result;
    } finally {
      this.#leave(name);
    }
  }

  #note(name: keyof Registry, repository: string, reference: string): Call {
    const call = { n: this.calls.length + 1, name, repository, reference };
    this.calls.push(call);
    return call;
  }

  #enter(name: string): void {
    const running = (this.#running.get(name) ?? 0) + 1;
    this.#running.set(name, running);
    this.most.set(name, Math.max(running, this.most.get(name) ?? 0));
  }

  #leave(name: string): void {
    this.#running.set(name, (this.#running.get(name) ?? 1) - 1);
  }
}

function parse({ bytes }: Manifest): JsonObject {
  return JSON.parse(Buffer.from(bytes).toString()) as JsonObject;
}

function descriptorsIn(value: unknown): readonly Descriptor[] {
  return Array.isArray(value) ? (value as Descriptor[]) : [];
}

const notFound = (what: string): McpformError => new McpformError('RESOLVE_NOT_FOUND', `no "${what}"`);
const lied = (digest: string): McpformError =>
  new McpformError('RESOLVE_INTEGRITY', `these are not "${digest}"`);
const refused = (why: string): McpformError => new McpformError('RESOLVE_DENIED', `refused: ${why}`);
