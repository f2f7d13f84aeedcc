import type { ContainerSpec } from '../model/container.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type EngineHost, hostSources } from '../policy/container-facts.ts';
import { findEndpoint } from '../providers/docker/connection/find-endpoint.ts';

/**
 * What policy asks about the machine that runs the engine of the docker command. When that engine is on another
 * machine, or nobody can tell, no real path is known.
 */
export async function engineHost(containers: readonly ContainerSpec[], ctx: Context): Promise<EngineHost> {
  const sources = [...new Set(containers.flatMap(hostSources))];
  if (sources.length === 0) return { homes: [ctx.home], sockets: [], realPaths: new Map() };
  const socket = await localSocket(ctx);
  const real = socket === null ? [] : await Promise.all(sources.map((source) => realPath(source, ctx)));
  return {
    homes: [ctx.home],
    sockets: socket === null ? [] : [socket],
    realPaths: new Map(sources.map((source, index) => [source, real[index] ?? null])),
  };
}

/** Null when the engine is elsewhere, or it cannot be told where. */
async function localSocket(ctx: Context): Promise<string | null> {
  try {
    const { endpoint } = await findEndpoint(null, ctx);
    return endpoint.kind === 'unix' ? endpoint.path : null;
  } catch (error) {
    if (error instanceof McpformError && error.code === 'ENGINE_CONTEXT') return null;
    throw error;
  }
}

async function realPath(source: string, ctx: Context): Promise<string | null> {
  try {
    return await ctx.system.files.realPath(source);
  } catch (error) {
    // Whatever the disk says, the answer is that nobody knows.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
