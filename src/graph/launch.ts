import type { Target } from '../model/address.ts';
import type { Code } from '../model/codes.ts';
import type { ContainerSpec } from '../model/container.ts';
import type { Launcher } from '../model/context.ts';
import type { AnyLaunchRecord } from '../model/launch.ts';
import type { Pin } from '../model/lock.ts';
import type { Manifest, Server } from '../model/manifest.ts';
import type { EntrySpec } from '../model/resource.ts';

/** The entry of one server at one target, and what people should know of how it is launched. */
export interface Launch {
  readonly spec: EntrySpec;
  /** What `mcpform exec` starts, when the entry goes through it. */
  readonly record?: AnyLaunchRecord;
  /** Of a server from an image: what an engine is asked for. */
  readonly container?: ContainerSpec;
  /** Why this server cannot be launched on this machine by this release, and what to do. */
  readonly blocked?: Reason;
  /** What this launch does not guarantee. */
  readonly caveats: readonly Reason[];
}

export interface Reason {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

/** What a launch is made from, besides the server itself. */
export interface LaunchSite {
  readonly manifest: Manifest;
  readonly target: Target;
  /** What the entry holds whatever starts it, with the secrets bound. */
  readonly bound: EntrySpec;
  /** What the lock says the server stands for; undefined when it does not say, or of something else. */
  readonly pin: Pin | undefined;
  readonly launcher: Launcher;
  readonly platform: NodeJS.Platform;
  /** Absolute: relative paths in the manifest count from here. */
  readonly folder: string;
}

/** Colleagues who read a project file may not have mcpform, so there the default is `direct`. */
export function isDirect(server: Server, target: Target): boolean {
  return (server.launch ?? (target.scope === 'project' ? 'direct' : 'verified')) === 'direct';
}

/** What is not in the lock could be anything by tomorrow. */
export function unlocked(server: Server, what: string): Reason {
  return {
    code: 'GRAPH_UNLOCKED',
    message: `server "${server.name}": "${what}" is not in the lock`,
    hint: 'run `mcpform lock`',
  };
}

/** Stands for the entry of a server that is blocked: part of the plan, never written. */
export function unwritten(server: Server, bound: EntrySpec): EntrySpec {
  return { ...bound, transport: 'stdio', command: 'mcpform', args: ['exec', server.name] };
}
