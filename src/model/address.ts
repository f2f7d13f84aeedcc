/**
 * What every flag takes and every message names: stable, printable, unique within a stack.
 * `claude-code/user/github`, `claude-code/project:services/api/linear`. The default instance is left out.
 */
export type Address = string;

/** Claude Code's names for where an entry lives. */
export type Scope = 'user' | 'local' | 'project';

/** Where a server's client entry goes. `path` is absolute; it means nothing in user scope. */
export interface Target {
  readonly client: string;
  readonly scope: Scope;
  /** Absolute folder for local and project scope. Absent in user scope. */
  readonly folder?: string;
  /** The folder as the address shows it (relative, `/`-separated); absent for the default folder. */
  readonly label?: string;
}

/** Kinds of objects on an engine, as addresses have them. */
export type ObjectKind = 'image' | 'network' | 'volume' | 'container';

/** `docker/container/everything`, `docker@lab/network/tools`. */
export function objectAddress(engine: string | null, kind: ObjectKind, name: string): Address {
  return `${engineName(engine)}/${kind}/${name}`;
}

/** `docker`, or `docker@CONTEXT`. */
export function engineName(context: string | null): string {
  return context === null ? 'docker' : `docker@${context}`;
}

export function entryAddress(target: Target, name: string): Address {
  const scope = target.label === undefined ? target.scope : `${target.scope}:${target.label}`;
  return `${target.client}/${scope}/${name}`;
}
