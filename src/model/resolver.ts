import type { Context } from './context.ts';
import type { Finding } from './finding.ts';
import type { Pin } from './lock.ts';
import type { Runtime } from './manifest.ts';

/**
 * One source of names: `oci`, `npm`, `pypi`, `git`, `mcpb`. Asks registries, starts nothing that it found there.
 * Every call throws `McpformError` with a code of `resolve` when the world says no; the caller reports one per server.
 */
export interface Resolver<Kind extends Pin = Pin> {
  /** What the name stands for now. With `current`, keeps that whenever it satisfies what is requested. */
  resolve(request: ResolveRequest<Kind>, ctx: Context): Promise<Resolution<Kind>>;
  /**
   * Whether the pin is true: the content is still there under the digest, the version has that integrity, the tree
   * text belongs to the pin. Empty when it is.
   */
  check(request: CheckRequest<Kind>, ctx: Context): Promise<readonly Finding[]>;
  /** What else there is, for `outdated`. */
  releases(request: ResolveRequest<Kind>, ctx: Context): Promise<Releases>;
}

export interface ResolveRequest<Kind extends Pin = Pin> {
  readonly server: string;
  /** `package` or `image`. */
  readonly runtime: Runtime;
  /** The pin the lock has for this server; null when it has none. */
  readonly current: Kind | null;
  /** The text of `current`'s tree, when there is one. */
  readonly currentTree: string | null;
  /** `--update`: the newest that the request allows, whatever `current` says. */
  readonly isUpdate: boolean;
  /** Releases younger than this are ignored; 0 takes all. */
  readonly cooldownMs: number;
  /** Absolute: relative paths in the manifest (MCPB files) resolve from here. */
  readonly root: string;
}

export interface Resolution<Kind extends Pin = Pin> {
  /** Without signer; `verify/` adds that. */
  readonly pin: Kind;
  /** Text of the file in the lock folder; null for images and MCPB. Ends in a newline. */
  readonly tree: string | null;
  /** For people: a tag that moved, a deprecation, an attestation that is missing. */
  readonly findings: readonly Finding[];
}

export interface CheckRequest<Kind extends Pin = Pin> {
  readonly server: string;
  readonly pin: Kind;
  readonly tree: string | null;
  readonly root: string;
}

/** What `outdated` shows of one server. Ages come from the registry and are only as true as it is. */
export interface Releases {
  readonly current: Release;
  /** The newest that what the manifest asks for allows; null when that is `current`. */
  readonly wanted: Release | null;
  /** The newest stable one there is; null when that is `current` or cannot be told. */
  readonly latest: Release | null;
}

export interface Release {
  /** `1.2.3`, a tag with a short digest, a commit. */
  readonly version: string;
  /** ISO 8601 UTC; null when the registry does not say. */
  readonly publishedAt: string | null;
}
