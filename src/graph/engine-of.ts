import type { Server } from '../model/manifest.ts';

/** The Docker context whose engine runs the server; null: the engine that the docker command talks to. */
export function engineOf({ engine }: Server): string | null {
  const { engine: context } = engine;
  return typeof context === 'string' ? context : null;
}

/** An image that is reached by URL: a container of ours, and entries that name where it is. */
export function isService({ runtime, transport }: Server): boolean {
  return runtime.kind === 'image' && transport !== 'stdio';
}
