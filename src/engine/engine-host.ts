import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerSpec } from '../model/container.ts';
import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { type EngineHost, hostSources } from '../policy/container-facts.ts';

/**
 * What policy asks about the machine that runs the engine of the docker command. When that engine is on another
 * machine, or nobody can tell, no real path is known.
 */
export async function engineHost(containers: readonly ContainerSpec[], ctx: Context): Promise<EngineHost> {
  const sources = [...new Set(containers.flatMap(hostSources))];
  if (sources.length === 0) return { homes: [ctx.home], sockets: [], realPaths: new Map() };
  const socket = /^unix:\/\/(\/.+)$/.exec((await endpoint(ctx)) ?? '')?.[1];
  const real = socket === undefined ? [] : await Promise.all(sources.map((source) => realPath(source, ctx)));
  return {
    homes: [ctx.home],
    sockets: socket === undefined ? [] : [socket],
    realPaths: new Map(sources.map((source, index) => [source, real[index] ?? null])),
  };
}

async function realPath(source: string, ctx: Context): Promise<string | null> {
  try {
    return await ctx.system.files.realPath(source);
  } catch (error) {
    // Whatever the disk says, the answer is that nobody knows.
    if (hasCode(error)) return null;
    throw error;
  }
}

function hasCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}

/**
 * Where the docker command finds its engine: `DOCKER_HOST`, else the context that is chosen. Null when it cannot be
 * told. https://docs.docker.com/engine/manage-resources/contexts/
 */
async function endpoint(ctx: Context): Promise<string | null> {
  const { env } = ctx;
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  const folder = env['DOCKER_CONFIG'] || join(ctx.home, '.docker');
  const config = await readJson(join(folder, 'config.json'), ctx);
  if (config === undefined) return null;
  const name = env['DOCKER_CONTEXT'] || (isJsonObject(config) ? config['currentContext'] : undefined);
  if (name === undefined || name === '' || name === 'default') return 'unix:///var/run/docker.sock';
  const meta = await readJson(join(folder, 'contexts/meta', hash('sha256', String(name)), 'meta.json'), ctx);
  const endpoints = isJsonObject(meta) ? meta['Endpoints'] : undefined;
  const docker = isJsonObject(endpoints) ? endpoints['docker'] : undefined;
  const host = isJsonObject(docker) ? docker['Host'] : undefined;
  return typeof host === 'string' ? host : null;
}

/** Null when there is no such file, undefined when it cannot be understood. */
async function readJson(path: string, ctx: Context): Promise<Json | undefined> {
  try {
    return JSON.parse((await ctx.system.files.read(path)).toString('utf8')) as Json;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (error instanceof SyntaxError || hasCode(error)) return undefined;
    throw error;
  }
}
