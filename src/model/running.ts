import type { Finding } from './finding.ts';

/** A container of a server of a stack, as logs and figures name it. */
export interface RunningContainer {
  readonly server: string;
  /** `service`: reached by URL, and always there. `session`: a client started it, and it ends with that. */
  readonly kind: 'service' | 'session';
  /** As addresses name it: `docker`, `docker@lab`. */
  readonly engine: string;
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** The engine's name for it. */
  readonly name: string;
}

/** One line of what a server wrote: without colours and what looks like a credential, else as it is. */
export interface LoggedLine {
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339, by the engine's clock. */
  readonly time: string;
  readonly text: string;
}

/** What a container uses. */
export interface ContainerUse extends Omit<RunningContainer, 'id'> {
  /** Null when there is no container. */
  readonly id: string | null;
  /** The engine's word: `running`, `paused`, `exited`, …; `gone`: the books have it, and the engine does not. */
  readonly state: string;
  /** What the engine's own check says, where there is one: `starting`, `healthy`, `unhealthy`. */
  readonly health?: string;
  /** Each is null where the engine does not measure it, or nothing runs. */
  readonly cpu: CpuUse | null;
  readonly memory: MemoryUse | null;
  /** Since it was started, over all networks. */
  readonly network: { readonly receivedBytes: number; readonly sentBytes: number } | null;
  /** Processes and threads. */
  readonly pids: { readonly current: number; readonly limit: number | null } | null;
}

export interface CpuUse {
  /** Busy for the whole time: 1 is one core. */
  readonly cores: number;
  readonly limitCores: number | null;
  /** Of the limit; without one, of one core. */
  readonly percent: number;
}

export interface MemoryUse {
  /** Without what the kernel can give back at once: files that nobody reads. */
  readonly usedBytes: number;
  readonly limitBytes: number | null;
  /** Of the limit; null without one. */
  readonly percent: number | null;
}

/** One look at all containers of a stack. `stats --json` prints it as it is. */
export interface StatsReport {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  /** By server, then by name. */
  readonly containers: readonly ContainerUse[];
  /** Engines that did not answer. */
  readonly findings: readonly Finding[];
}
