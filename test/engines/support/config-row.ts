import type { Json, JsonObject } from '../../../src/model/json.ts';
import { FULL } from './drift-stack.ts';
import type { StackWorld } from './stack-world.ts';

/** A manifest in the making: rows change it one after the other. */
export interface Draft {
  server: Record<string, Json>;
  readonly networks: Record<string, Json>;
  readonly volumes: Record<string, Json>;
}

export interface ConfigRow {
  readonly what: string;
  readonly change: (draft: Draft, world: StackWorld) => unknown;
  readonly plan: readonly string[];
  readonly consent?: readonly string[];
}

export function set(name: string, value: Json, plan: readonly string[]): ConfigRow {
  return {
    what: name,
    change: ({ server }) => {
      server[name] = value;
    },
    plan,
  };
}

/** Some members of a field; null: without it. */
export function field(
  what: string,
  name: string,
  members: Readonly<Record<string, Json>>,
  plan: readonly string[],
): ConfigRow {
  return {
    what,
    change: ({ server }) => {
      const all = Object.entries({ ...(server[name] as JsonObject), ...members });
      server[name] = Object.fromEntries(all.filter(([, value]) => value !== null));
    },
    plan,
  };
}

export function updated(...pointers: readonly string[]): readonly string[] {
  return [`update ${FULL} changed: ${pointers.map((pointer) => `${pointer} config`).join(', ')}`];
}

export function replaced(...pointers: readonly string[]): readonly string[] {
  return [`replace ${FULL} changed: ${pointers.map((pointer) => `${pointer} config`).join(', ')}`];
}
