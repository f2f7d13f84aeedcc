import type { Manifest } from '../../model/manifest.ts';
import type { ServerDocument } from '../../schema/manifest.types.ts';

/** `server.engine`: as written, in the form that the schema checked. */
export type EngineFields = Pick<
  ServerDocument,
  | 'health'
  | 'engine'
  | 'port'
  | 'path'
  | 'publish'
  | 'entrypoint'
  | 'workingDirectory'
  | 'hostname'
  | 'platform'
  | 'resources'
  | 'volumes'
  | 'tmpfs'
  | 'networks'
  | 'security'
  | 'restart'
  | 'init'
  | 'stopSignal'
  | 'stopTimeout'
  | 'labels'
  | 'dns'
  | 'extraHosts'
  | 'devices'
  | 'logging'
>;

/** What a server's fields for the engine are read against. */
export interface Reading {
  readonly fields: EngineFields;
  readonly manifest: Pick<Manifest, 'name' | 'networks' | 'volumes'>;
  /** Absolute: relative paths in the manifest count from here. */
  readonly folder: string;
  /** What the schema lets pass and no engine would take, or would take for something else. */
  readonly faults: Fault[];
}

export interface Fault {
  readonly message: string;
  readonly hint: string;
}

/** Has no place in a path, a name or a label: what reads them may take it for an end. */
export function hasControl(text: string): boolean {
  return /[\0-\x1f\x7f]/.test(text);
}
