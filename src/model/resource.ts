import type { Address, Target } from './address.ts';
import type { ContainerSpec } from './container.ts';
import type { At, Finding } from './finding.ts';
import type { JsonObject, Pointer } from './json.ts';
import type { AnyLaunchRecord } from './launch.ts';
import type { Lifecycle, Runtime, Template, Transport } from './manifest.ts';

/** What should exist: one node of the desired graph, in no provider's words yet. */
export type Desired = DesiredEntry | DesiredObject;

export interface DesiredCommon {
  readonly address: Address;
  /** Which provider's: `claude-code`, `docker`. */
  readonly provider: string;
  /** What the manifest said should run, before it became a command line; policy judges it. */
  readonly runtime?: Runtime;
  readonly dependsOn: readonly Address[];
  readonly lifecycle: Lifecycle;
  readonly secrets: readonly SecretUse[];
  /** What of the rendered object only apply knows, because secrets are in it. */
  readonly fills?: readonly Fill[];
  /** Digest of what would run: command line, pin, or URL origin. Changes revoke grants. */
  readonly launchDigest: string;
  /** What the lock says it stands for; absent for commands and URLs, and for what is not locked. */
  readonly pin?: PinSummary;
  /** What `mcpform exec` will start, where a client's entry goes through it. */
  readonly launch?: AnyLaunchRecord;
  /** What an engine is asked for, by us or by `docker run`; policy judges it. */
  readonly container?: ContainerSpec;
  /** The server it was expanded from; absent for what several may share. */
  readonly server?: string;
  /** Why it cannot be written on this machine now; it and its dependents become conflicts, the rest goes on. */
  readonly blocked?: Finding;
  readonly at: At;
}

/** A server in a client's config. */
export interface DesiredEntry extends DesiredCommon {
  readonly kind: 'entry';
  /** The server it was expanded from. */
  readonly server: string;
  readonly target: Target;
  readonly spec: EntrySpec;
  /** The Docker context of the engine that `container` runs on; absent: the one that the docker command talks to. */
  readonly engine?: string;
}

/** Something on a container engine. */
export type DesiredObject = DesiredCommon &
  OnEngine &
  (
    | {
        /** There, by its digest. Never removed by apply: `images prune` does that. */
        readonly kind: 'image';
        /** `NAME[:TAG]@sha256:…`, or the id of one that its engine alone has. */
        readonly image: string;
        /** `linux/arm64`; null: the engine's own. */
        readonly platform: string | null;
      }
    | { readonly kind: 'network'; readonly network: NetworkSpec }
    | { readonly kind: 'volume'; readonly volume: VolumeSpec }
    | {
        /** A server that is reached by URL. */
        readonly kind: 'container';
        readonly server: string;
        readonly container: ContainerSpec;
      }
  );

export interface OnEngine {
  /** The Docker context; null: the engine that the docker command talks to. */
  readonly engine: string | null;
  /** The engine's name for it (`stack.server`); of an image, `NAME@sha256:…`. */
  readonly name: string;
}

/** A network of ours. */
export interface NetworkSpec {
  readonly driver: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly isInternal: boolean;
  readonly hasIpv6: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** A volume of ours. */
export interface VolumeSpec {
  readonly driver: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A pin in two words, for plans and books. */
export interface PinSummary {
  /** `npm:NAME@1.2.3`, `ghcr.io/acme/x:1.2`. */
  readonly name: string;
  /** Of its content, dependencies included: `sha256:…`, `sha512-…`. */
  readonly digest: string;
  /** Of the one artefact, where `digest` is of more than that. */
  readonly integrity?: string;
}

/** A client entry before a client's own spelling. */
export interface EntrySpec {
  readonly transport: Transport;
  readonly command?: Template;
  readonly args: readonly Template[];
  readonly env: Readonly<Record<string, Template>>;
  readonly url?: Template;
  readonly headers: Readonly<Record<string, Template>>;
  readonly timeoutMs?: number;
  /** Client-only fields as written in the manifest. */
  readonly client: JsonObject;
}

/** One secret at one place. `locator` is `backend:key`, e.g. `env:GITHUB_TOKEN`; never a value. */
export interface SecretUse {
  /** The manifest's name for it; absent when the manifest wrote the client's own `${NAME}`. */
  readonly name?: string;
  readonly locator: string;
  readonly pointer: Pointer;
  /** How it gets there. */
  readonly via: Emission;
}

/**
 * `reference`: the client expands `${NAME}` itself. `wrapper`: `mcpform exec` resolves it when the client starts the
 * server or asks for headers. `plaintext`: in the client's file. Of a container of ours: `file`, in memory of the
 * host, or `environment`, which `docker inspect` shows.
 */
export type Emission = 'reference' | 'wrapper' | 'plaintext' | 'file' | 'environment';

/**
 * A value of a rendered object with secrets in it. Until apply fills it in, the object holds the template's text at
 * `pointer`, or what is there now where that is still what was filled in last.
 */
export type Fill =
  | { readonly kind: 'text'; readonly pointer: Pointer; readonly template: Template }
  /** A folder of files in the host's memory, one per secret, bound into a container. */
  | { readonly kind: 'folder'; readonly pointer: Pointer; readonly secrets: readonly string[] };

/**
 * Where an object lives: a file and the path of keys inside it, or an engine (`docker`, `docker@lab`), a kind and a
 * name. `key` is what two addresses must not share; `file` is the path as opened, before links are resolved.
 */
export interface Place {
  readonly key: string;
  readonly file: string;
  readonly path: readonly string[];
  /** The file lives in the manifest's own repository and is shared through git. */
  readonly isShared: boolean;
}

/** An object that is really there. */
export interface Observed {
  readonly place: Place;
  /** Normalised: comparable with a rendered desired object. */
  readonly attributes: JsonObject;
  /** Pointers of `attributes` that are nobody's wish: what the client does not know, or an image brings along. */
  readonly unknown: readonly Pointer[];
  /** What it is called by whoever keeps it, through all its names: the id of a container. */
  readonly id?: string;
}

/** A desired object in its provider's words. `attributes` is normalised and is what will be written. */
export interface Rendered {
  readonly attributes: JsonObject;
  readonly findings: readonly Finding[];
}
