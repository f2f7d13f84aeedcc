import type { Target } from './address.ts';
import type { Json, JsonObject, Pointer } from './json.ts';
import type { BackendName } from './secret.ts';

/**
 * The canonical manifest: files merged, defaults applied, variables substituted, shorthands expanded.
 * The written form is `ManifestDocument` in `schema/`. Plain JSON through and through, so it can be cached.
 */
export interface Manifest {
  readonly name: string;
  /** Absolute paths, in merge order. */
  readonly files: readonly string[];
  /** Absolute: the git root above the first file, else that file's folder. */
  readonly root: string;
  /** In declaration order. */
  readonly servers: readonly Server[];
  readonly secrets: Readonly<Record<string, SecretReference>>;
  readonly networks: Readonly<Record<string, JsonObject>>;
  readonly volumes: Readonly<Record<string, JsonObject>>;
  readonly moved: readonly Move[];
}

/** Renames: the entry at `from` becomes the one at `to`. Both are addresses. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

export interface Server {
  readonly name: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly runtime: Runtime;
  readonly transport: Transport;
  readonly args: readonly Template[];
  readonly env: Readonly<Record<string, Template>>;
  readonly headers: Readonly<Record<string, Template>>;
  readonly targets: readonly Target[];
  readonly dependsOn: readonly string[];
  readonly timeoutMs?: number;
  /** Which program of a package. */
  readonly bin?: string;
  readonly launch?: 'verified' | 'direct';
  /** How secrets get to it. Absent: by a reference where the client can read it, else through `mcpform exec`. */
  readonly emit?: 'reference' | 'wrapper' | 'plaintext';
  /** Fields only a client understands, as written: `headersHelper`, `oauth`, `alwaysLoad`, `tools`. */
  readonly client: JsonObject;
  /** Fields only an engine understands, as written: `port`, `health`, `resources`, `volumes`, … */
  readonly engine: JsonObject;
  readonly lifecycle: Lifecycle;
  /** Where the server is declared, for findings: file and pointer. */
  readonly declaredIn: string;
}

export type Transport = 'stdio' | 'http' | 'sse' | 'ws';

export type Runtime =
  | { readonly kind: 'command'; readonly command: Template }
  | {
      readonly kind: 'package';
      readonly ecosystem: 'npm' | 'pypi' | 'git' | 'mcpb';
      readonly name: string;
      readonly version?: string;
    }
  | {
      readonly kind: 'image';
      readonly image: string;
      /** `pull: never`: it exists on its engine alone, and no registry is asked for it. */
      readonly isLocal?: true;
    }
  | { readonly kind: 'url'; readonly url: Template };

/**
 * A string after `${var.x}` was substituted. Plain text stays a plain string; otherwise the parts in order.
 * `env` is the client's own `${NAME}` / `${NAME:-default}`, which counts as a reference to `env:NAME`.
 */
export type Template = string | readonly TemplatePart[];

export type TemplatePart =
  | string
  | { readonly secret: string }
  | { readonly env: string; readonly default?: string };

/** Names where a secret is; never the secret. `argument` is what the backend needs, as written. */
export interface SecretReference {
  readonly backend: BackendName;
  readonly argument: Json;
}

export interface Lifecycle {
  /** Never delete or replace; remembered in the inventory after the block is gone. */
  readonly protect: boolean;
  /** Inside the object, never ours: neither compared, written nor removed. */
  readonly keep: readonly Pointer[];
  /** Written at creation; later changes by others are left alone. */
  readonly ignoreChanges: readonly Pointer[];
  /** What happens when it leaves the manifest. Default: delete what we created, forget what we adopted. */
  readonly onRemove?: 'delete' | 'orphan';
  /** Take an existing, different object over instead of reporting a conflict. */
  readonly adopt: boolean;
}
