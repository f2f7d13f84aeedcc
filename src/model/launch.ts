import type { ContainerSpec } from './container.ts';
import type { Context } from './context.ts';
import type { PackagePin } from './lock.ts';
import type { Template } from './manifest.ts';
import type { SecretSource } from './secret.ts';

/**
 * What `mcpform exec <launch-id>` starts. Written by apply, 0600, under `<data>/launches/<id>.json`; the id is the
 * digest of the record, so that a client entry is bound to everything in it and a changed record has another name.
 */
export interface LaunchRecord {
  readonly formatVersion: 1;
  readonly server: string;
  readonly pin: Pick<PackagePin, 'package' | 'integrity' | 'tree'>;
  /** Which program of the package; null: its only one, or the one named like it. */
  readonly bin: string | null;
  /** Added to the program's own. `${NAME}` and `${NAME:-default}` are expanded from the launcher's environment. */
  readonly args: readonly Template[];
  /** Loader variables the manifest sets itself: the only ones that reach the child. */
  readonly loaderVariables: readonly string[];
  /** Variables that hold a secret: what is not in the client's entry. */
  readonly env?: Readonly<Record<string, Template>>;
  /** Where the secrets of `env` are, by the names the templates have for them. */
  readonly secrets?: SecretSources;
}

export type SecretSources = Readonly<Record<string, SecretSource>>;

/** The same for a server from an image: a container that lives as long as the client that started it. */
export interface ImageLaunchRecord {
  readonly formatVersion: 1;
  readonly server: string;
  /** The Docker context of the engine; absent: the one that the docker command talks to. */
  readonly context?: string;
  /** Without a `service`. `${NAME}` in arguments and variables is expanded from the launcher's environment. */
  readonly container: ContainerSpec;
  /** Where the secrets of its variables and files are, by the names the templates have for them. */
  readonly secrets?: SecretSources;
}

/** The same for a program of this machine that needs a secret which its client cannot give it. */
export interface CommandLaunchRecord {
  readonly formatVersion: 1;
  readonly server: string;
  /** As the manifest has it. Which file that is was found out at approval, and is beside the record. */
  readonly command: Template;
  readonly args: readonly Template[];
  readonly loaderVariables: readonly string[];
  readonly env: Readonly<Record<string, Template>>;
  readonly secrets: SecretSources;
}

/** What a client's header helper prints for a server that is reached by URL: nothing is started. */
export interface HeadersLaunchRecord {
  readonly formatVersion: 1;
  readonly server: string;
  /** The client says for which URL it asks, and gets headers for this one alone. */
  readonly url: Template;
  readonly headers: Readonly<Record<string, Template>>;
  readonly secrets: SecretSources;
}

/** Told apart by `container`, `command`, `headers`; a package's by `pin`. */
export type AnyLaunchRecord = LaunchRecord | ImageLaunchRecord | CommandLaunchRecord | HeadersLaunchRecord;

export function isImageLaunch(record: AnyLaunchRecord): record is ImageLaunchRecord {
  return 'container' in record;
}

export function isCommandLaunch(record: AnyLaunchRecord): record is CommandLaunchRecord {
  return 'command' in record;
}

export function isHeadersLaunch(record: AnyLaunchRecord): record is HeadersLaunchRecord {
  return 'headers' in record;
}

export function isPackageLaunch(record: AnyLaunchRecord): record is LaunchRecord {
  return 'pin' in record;
}

/**
 * What beside a launch record says which of its secrets it may have, and how they are asked for: `<id>.grants`, 0600,
 * written at approval. Without it, a launch that needs secrets is refused.
 */
export interface LaunchGrants {
  readonly formatVersion: 1;
  /** Of the secrets granted; what is not here is not resolved. */
  readonly locators: readonly string[];
  /** Variables that say where the backends ask, as they were at approval. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Fills an empty folder with what a pin stands for. One per ecosystem; `launch/` owns the store around it. */
export interface Installer {
  /**
   * Runs no script of any package. Every artefact is hashed before it is unpacked; one that is not what pin and tree
   * say is a RESOLVE_INTEGRITY failure that names both hashes. Leaves plain files and folders, links only inside.
   */
  install(request: InstallRequest, ctx: Context): Promise<Installed>;
}

export interface InstallRequest {
  readonly pin: LaunchRecord['pin'];
  /** The text that pins all dependencies; null where the pin needs none (MCPB). */
  readonly tree: string | null;
  /** Absolute, empty, ours, and outside of every project. */
  readonly folder: string;
}

export interface Installed {
  /** By the name a manifest's `bin` would use. */
  readonly programs: Readonly<Record<string, Program>>;
  /** The program when the manifest names none; null when the package leaves that open. */
  readonly main: string | null;
}

/**
 * How a program of an installed package starts. Paths are relative to the folder, with `/`. In `args` and `env`,
 * `${__dirname}` stands for the folder's absolute path, which an installer cannot know; nothing else is expanded.
 */
export type Program =
  /** Run with the Node that runs mcpform. `args` (after the file) and `env`: what an MCPB manifest adds. */
  | {
      readonly kind: 'node';
      readonly file: string;
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    }
  /** `object` of `module`, with `folder` as the only place packages are found; `python` is absolute. */
  | {
      readonly kind: 'python';
      readonly python: string;
      readonly folder: string;
      readonly module: string;
      readonly object: string;
    }
  /**
   * Any other program file, or one of an MCPB manifest with its own arguments and variables. Absolute: a program of
   * this machine, such as the Python that runs a bundle.
   */
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };
