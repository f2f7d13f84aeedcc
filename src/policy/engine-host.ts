import type { KnownPlaces } from './forbidden-source.ts';

/** What is known of the machine that an engine runs on. */
export interface EngineHost extends KnownPlaces {
  /**
   * Real path of each folder of the host that a container is to have, by the path as it is sent. Null, or not in it:
   * nobody could find out (another machine, no permission, not there), and what is not known is not allowed.
   */
  readonly realPaths: ReadonlyMap<string, string | null>;
  /** Where mcpform keeps secrets of containers in memory, absolute. */
  readonly secretFolders?: readonly string[];
}

/** By the name that addresses have for an engine: `docker`, `docker@lab`. */
export type EngineHosts = ReadonlyMap<string, EngineHost>;

/** Of an engine that nobody asked about. */
export const UNKNOWN_HOST: EngineHost = { homes: [], sockets: [], realPaths: new Map() };
