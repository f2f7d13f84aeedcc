import { type DriftStack, type Flags, FULL, retype } from './drift-stack.ts';
import type { StackWorld } from './stack-world.ts';

export interface DriftRow {
  readonly what: string;
  /** What somebody does with the docker command. */
  readonly change: (world: StackWorld, stack: DriftStack) => Promise<unknown>;
  /** As `planLines` says it. */
  readonly plan: readonly string[];
  /** What it takes besides approval to repair it. */
  readonly consent?: readonly string[];
}

export function typed(what: string, command: readonly string[], plan: string): DriftRow {
  return { what, change: ({ engine }) => engine.docker(command), plan: [plan] };
}

export function retyped(what: string, flags: Flags, pointers: readonly string[]): DriftRow {
  return {
    what,
    change: (world, stack) => retype(world, stack, { flags }),
    plan: pointers.length === 0 ? [] : [replaced(...pointers)],
  };
}

export function updated(...pointers: readonly string[]): string {
  return `update ${FULL} drifted: ${pointers.map((pointer) => `${pointer} drift`).join(', ')}`;
}

export function replaced(...pointers: readonly string[]): string {
  return `replace ${FULL} drifted: ${pointers.map((pointer) => `${pointer} drift`).join(', ')}`;
}
