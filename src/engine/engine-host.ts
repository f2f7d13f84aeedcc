import { dirname } from 'node:path';
import { engineName } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Desired } from '../model/resource.ts';
import { hostSources } from '../policy/container-facts.ts';
import { volumeSources } from '../policy/driver-facts.ts';
import type { EngineHost, EngineHosts } from '../policy/engine-host.ts';
import { findEndpoint } from '../providers/docker/connection/find-endpoint.ts';
import { memoryFolders } from './secrets/memory-folders.ts';

/**
 * What policy asks about the machines of the engines that get folders of them. When an engine is on another machine,
 * or nobody can tell where it is, no real path is known.
 */
export async function engineHosts(desired: readonly Desired[], ctx: Context): Promise<EngineHosts> {
  const sources = new Map<string | null, Set<string>>();
  for (const each of desired) {
    const engine = each.engine ?? null;
    sources.set(engine, new Set([...(sources.get(engine) ?? []), ...sourcesOf(each)]));
  }
  const hosts = [...sources].map(
    async ([engine, paths]) => [engineName(engine), await engineHost(engine, [...paths], ctx)] as const,
  );
  return new Map(await Promise.all(hosts));
}

function sourcesOf(desired: Desired): readonly string[] {
  if (desired.kind === 'volume') return volumeSources(desired.volume.driverOptions);
  return desired.container === undefined ? [] : hostSources(desired.container);
}

async function engineHost(
  engine: string | null,
  sources: readonly string[],
  ctx: Context,
): Promise<EngineHost> {
  if (sources.length === 0) return { homes: [ctx.home], sockets: [], realPaths: new Map() };
  const socket = await localSocket(engine, ctx);
  const real = socket === null ? [] : await Promise.all(sources.map((source) => realPath(source, ctx)));
  return {
    homes: [ctx.home],
    sockets: socket === null ? [] : [socket],
    realPaths: new Map(sources.map((source, index) => [source, real[index] ?? null])),
    // Our own folder around them, too.
    secretFolders: (await memoryFolders(ctx)).map(dirname),
  };
}

/** Null when the engine is elsewhere, or it cannot be told where. */
async function localSocket(engine: string | null, ctx: Context): Promise<string | null> {
  try {
    const { endpoint } = await findEndpoint(engine, ctx);
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
