import { join } from 'node:path';
import { redactUrl } from '../../../formats/redact.ts';
import { suggest } from '../../../formats/yaml-schema.ts';
import type { Context } from '../../../model/context.ts';
import { isErrno, McpformError } from '../../../model/error.ts';
import type { Endpoint, Tls } from '../endpoint.ts';
import { chosenContext, dockerFolder, listContexts, readContext, readFile } from './docker-files.ts';
import { DEFAULT_PIPE, DEFAULT_SOCKET, parseHost } from './parse-host.ts';

export interface FoundEndpoint {
  readonly endpoint: Endpoint;
  /** What said so, for people; null when nothing did, so that it is where engines are by default. */
  readonly saidBy: string | null;
  /** What to do when there is no engine. */
  readonly hint?: string;
}

/**
 * Where the engine of a Docker context is; with null, where the docker command would find one: `DOCKER_HOST`, then
 * `DOCKER_CONTEXT`, then the context that was chosen, then the default socket. `default` passes over the two contexts.
 * Asks nobody. ENGINE_CONTEXT when it cannot be told.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function findEndpoint(context: string | null, ctx: Context): Promise<FoundEndpoint> {
  const { env } = ctx;
  const isAmbient = context === null || context === DEFAULT;
  if (isAmbient && env['DOCKER_HOST']) return fromVariable(env['DOCKER_HOST'], ctx);
  const name = context ?? (env['DOCKER_CONTEXT'] || (await chosenContext(ctx)) || DEFAULT);
  if (name !== DEFAULT) return fromContext(name, ctx);
  return byDefault(ctx);
}

const DEFAULT = 'default';
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;

async function fromVariable(host: string, ctx: Context): Promise<FoundEndpoint> {
  const saidBy = 'DOCKER_HOST';
  const address = parseHost(host);
  if (typeof address === 'string') throw noEndpoint(`${saidBy} is "${redactUrl(host)}": ${address}`);
  if (address.kind !== 'tcp') return { endpoint: address, saidBy };
  const tls = await variablesTls(ctx);
  return { endpoint: { ...address, port: address.port ?? (tls ? TLS_PORT : PLAIN_PORT), tls }, saidBy };
}

/** As the docker command does: certificates matter only where one of these says that there is TLS. */
async function variablesTls(ctx: Context): Promise<Tls | null> {
  const { env } = ctx;
  const isVerified = Boolean(env['DOCKER_TLS_VERIFY']);
  if (!isVerified && !env['DOCKER_TLS']) return null;
  const folder = env['DOCKER_CERT_PATH'] || dockerFolder(ctx);
  const tls = await readTls(folder, isVerified, ctx);
  if (!isVerified || tls.ca !== null) return tls;
  throw noEndpoint(`DOCKER_TLS_VERIFY is set, and there is no "${join(folder, 'ca.pem')}"`);
}

async function readTls(folder: string, isVerified: boolean, ctx: Context): Promise<Tls> {
  const [ca = null, certificate = null, key = null] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((file) => readFile(join(folder, file), ctx)),
  );
  return { ca, certificate, key, isVerified };
}

async function fromContext(name: string, ctx: Context): Promise<FoundEndpoint> {
  const saidBy = `the Docker context "${name}"`;
  const context = await readContext(name, ctx);
  if (context === null) {
    const near = suggest(name, [...(await listContexts(ctx)), DEFAULT]);
    throw noEndpoint(`there is no Docker context "${name}"`, near.hint);
  }
  if (context.host === null) throw noEndpoint(`${saidBy} names no engine`);
  const address = parseHost(context.host);
  if (typeof address === 'string') {
    throw noEndpoint(`${saidBy} is at "${redactUrl(context.host)}": ${address}`);
  }
  if (address.kind !== 'tcp') return { endpoint: address, saidBy };
  const files = await readTls(context.tlsFolder, !context.skipsVerification, ctx);
  const hasTls =
    context.skipsVerification || [files.ca, files.certificate, files.key].some((pem) => pem !== null);
  const tls = hasTls ? files : null;
  return { endpoint: { ...address, port: address.port ?? (tls ? TLS_PORT : PLAIN_PORT), tls }, saidBy };
}

/** The engine of the machine, else the one that runs without root for this user. */
async function byDefault(ctx: Context): Promise<FoundEndpoint> {
  if (ctx.platform === 'win32') return { endpoint: { kind: 'pipe', path: DEFAULT_PIPE }, saidBy: null };
  const own = ctx.env['XDG_RUNTIME_DIR'];
  const sockets = [DEFAULT_SOCKET, ...(own ? [join(own, 'docker.sock')] : [])];
  const path = (await firstThere(sockets, ctx)) ?? DEFAULT_SOCKET;
  return { endpoint: { kind: 'unix', path }, saidBy: null, hint: await whereElse(sockets, ctx) };
}

/** Podman is never taken without a word: the docker command, which clients run for servers over stdio, would not. */
async function whereElse(sockets: readonly string[], ctx: Context): Promise<string> {
  const own = ctx.env['XDG_RUNTIME_DIR'];
  const podman = ['/run/podman/podman.sock', ...(own ? [join(own, 'podman/podman.sock')] : [])];
  const there = await firstThere(podman, ctx);
  const tried = sockets.map((path) => `"${path}"`).join(' and ');
  const asPodman = `DOCKER_HOST=unix://${there ?? podman[0]}`;
  return `start the engine (looked for ${tried}), or say where it is with DOCKER_HOST or \`docker context use\`; for Podman: ${asPodman}`;
}

async function firstThere(paths: readonly string[], ctx: Context): Promise<string | undefined> {
  const areThere = await Promise.all(paths.map((path) => isThere(path, ctx)));
  return paths.find((_, index) => areThere[index]);
}

async function isThere(path: string, ctx: Context): Promise<boolean> {
  try {
    await ctx.system.files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw error;
  }
}

function noEndpoint(
  message: string,
  hint = 'see `docker context ls`, or say with DOCKER_HOST where the engine is',
): McpformError {
  return new McpformError('ENGINE_CONTEXT', message, { hint });
}
