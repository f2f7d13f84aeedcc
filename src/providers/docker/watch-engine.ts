import type { Context } from '../../model/context.ts';
import { reachEngine } from './connect.ts';
import { containersOf } from './connection/containers.ts';
import { type EngineEvent, listenForEvents } from './connection/events.ts';
import { networksOf } from './connection/networks.ts';
import { volumesOf } from './connection/volumes.ts';
import type { Engine } from './engine.ts';

/** An engine that somebody looks at for a long time, as far as he needs it. Changes nothing there. */
export interface WatchedEngine
  extends Pick<Engine, 'listContainers' | 'inspectContainer' | 'listNetworks' | 'listVolumes'> {
  /** See `listenForEvents`. */
  events(signal: AbortSignal): Promise<AsyncIterable<EngineEvent>>;
}

/**
 * The engine of a Docker context, or with null the one that the docker command would ask. Unlike `connectEngine`, every
 * question ends with `ctx.signal`: nobody waits for the answers but he who stops watching.
 */
export async function watchEngine(context: string | null, ctx: Context): Promise<WatchedEngine> {
  const caller = { ...(await reachEngine(context, ctx)), until: ctx.signal };
  const { listContainers, inspectContainer } = containersOf(caller);
  return {
    listContainers,
    inspectContainer,
    listNetworks: networksOf(caller).listNetworks,
    listVolumes: volumesOf(caller).listVolumes,
    events: (signal) => listenForEvents(caller, signal),
  };
}
