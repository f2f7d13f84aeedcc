import type { Context } from '../../model/context.ts';
import { openClient } from './client.ts';
import { actionsOf } from './connection/act-on-container.ts';
import type { Caller } from './connection/call.ts';
import { containersOf } from './connection/containers.ts';
import { findEndpoint } from './connection/find-endpoint.ts';
import { readIdentity } from './connection/identity.ts';
import { imagesOf } from './connection/images.ts';
import { readLogs } from './connection/logs.ts';
import { negotiate } from './connection/negotiate.ts';
import { networksOf } from './connection/networks.ts';
import { pullImage } from './connection/pull.ts';
import { readStats } from './connection/stats.ts';
import { volumesOf } from './connection/volumes.ts';
import type { Engine } from './engine.ts';

/**
 * The engine of a Docker context, or with null the one that the docker command would ask. ENGINE_CONTEXT when nothing
 * says where it is, ENGINE_UNAVAILABLE or ENGINE_TIMEOUT when it does not answer there.
 *
 * An interrupt (`ctx.signal`) ends this and every pull. Whatever else an engine is asked is seen through, for as long as
 * that may take: what runs is finished, and undoing what failed needs the engine too.
 */
export async function connectEngine(context: string | null, ctx: Context): Promise<Engine> {
  return engineOf(await reachEngine(context, ctx), ctx);
}

/** The way to that engine, once it has answered. */
export async function reachEngine(context: string | null, ctx: Context): Promise<Caller> {
  const found = await findEndpoint(context, ctx);
  const unknown = {
    name: context === null ? 'docker' : `docker@${context}`,
    found,
    clock: ctx.system.clock,
    send: openClient(found.endpoint, ctx),
    version: null,
    isPodman: false,
  };
  return await negotiate(unknown, ctx.signal);
}

function engineOf(caller: Caller, ctx: Context): Engine {
  return {
    name: caller.name,
    endpoint: caller.found.endpoint,
    identity: () => readIdentity(caller),
    ...containersOf(caller),
    ...actionsOf(caller),
    ...networksOf(caller),
    ...volumesOf(caller),
    ...imagesOf(caller),
    pullImage: (reference, options) => pullImage(caller, { reference, ...options }, ctx),
    logs: (id, options) => readLogs(caller, id, options),
    stats: (id) => readStats(caller, id),
  };
}
