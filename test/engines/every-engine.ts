import { ENGINE_KINDS, requireEngine, startEngine } from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import type { RunningEngine } from '../support/engine-run.ts';

export interface EveryEngine {
  readonly name: string;
  readonly canRun: () => boolean;
  readonly start: () => Promise<RunningEngine>;
}

/** Every engine that the tests know, with its store: for `describe.each`. */
export const EVERY_ENGINE: readonly EveryEngine[] = [
  ...ENGINE_KINDS.map((kind) => ({
    name: `Docker ${kind.version} with ${kind.store}`,
    canRun: () => requireEngine(kind),
    start: () => startEngine(kind),
  })),
  { name: 'Podman', canRun: requirePodman, start: () => startPodman() },
];
