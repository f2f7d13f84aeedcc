import type { Context } from '../model/context.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { canonicalHost, DOCKER_HUB } from '../model/registry-host.ts';
import { askHelper } from './credential-helper.ts';
import { type DockerConfig, readDockerConfig, unreadable } from './docker-config.ts';

/** Who we are to a registry. Never printed, logged or kept. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Only good for exchanging it for tokens (OAuth 2 calls it a refresh token). */
  | { readonly kind: 'identity-token'; readonly token: string };

/** What Docker calls Docker Hub in its configuration and to its helpers, for historical reasons. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/**
 * The user's credentials for a registry, as `docker login` left them: a helper of its own, the store of all, or the
 * file. Null when there are none. Starts the helper, which is a program the user configured; nobody calls this for
 * a command that may start nothing.
 */
export async function findCredentials(host: string, ctx: Context): Promise<Credentials | null> {
  const config = await readDockerConfig(ctx);
  if (config === null) return null;
  const helper = helperFor(host, config);
  const fromHelper = helper === null ? null : await askHelper(helper, serverName(host), ctx);
  return fromHelper ?? storedFor(host, config);
}

function serverName(host: string): string {
  return canonicalHost(host) === DOCKER_HUB ? DOCKER_HUB_KEY : host;
}

function helperFor(host: string, { credHelpers, credsStore }: DockerConfig): string | null {
  const own = entryFor(host, credHelpers);
  return typeof own === 'string' && own !== '' ? own : credsStore;
}

function storedFor(host: string, { auths, path }: DockerConfig): Credentials | null {
  const entry = entryFor(host, auths);
  if (!isJsonObject(entry)) return null;
  const { auth, identitytoken, username, password } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { kind: 'identity-token', token: identitytoken };
  }
  if (typeof auth === 'string' && auth !== '') return decodeAuth(auth, host, path);
  if (typeof username !== 'string' || typeof password !== 'string') return null;
  return { kind: 'password', username, password };
}

function decodeAuth(auth: string, host: string, path: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8').replaceAll('\0', '');
  const colon = text.indexOf(':');
  if (colon < 1) throw unreadable(path, `has an \`auth\` for "${host}" that is not base64 of USER:PASSWORD`);
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** By the key that Docker writes, else by one that names the same registry: old versions wrote whole URLs. */
function entryFor(host: string, entries: Readonly<Record<string, Json>>): Json | undefined {
  const exact = Object.entries(entries).find(([key]) => key === serverName(host));
  const same = Object.entries(entries).find(([key]) => hostOfKey(key) === canonicalHost(host));
  return (exact ?? same)?.[1];
}

/** `https://ghcr.io/v1/` → `ghcr.io`. A key with another path is for part of a registry, which Docker has not. */
function hostOfKey(key: string): string | null {
  const host = /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/.exec(key)?.[1];
  return host === undefined ? null : canonicalHost(host);
}
