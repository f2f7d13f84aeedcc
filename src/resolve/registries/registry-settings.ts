import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { toPointer } from '../../model/json.ts';
import { canonicalHost, DOCKER_HUB, DOCKER_HUB_REALM, isLoopbackHost } from '../../model/registry-host.ts';
import type { WrittenEntry } from './parse-registries.ts';

/** How one registry is reached. */
export interface RegistrySettings {
  /** Canonical, as in the names of images. */
  readonly host: string;
  readonly mirrors: readonly Mirror[];
  readonly hasMirrorTags: boolean;
  /** PEM, trusted beside the system's. */
  readonly authorities: string | undefined;
  /** Hosts beside its own that may have its credentials. */
  readonly realms: readonly string[];
  /** `https`: verified, nothing else. `either`: as Docker does on loopback, https that nobody verifies, else http. */
  readonly transport: 'https' | 'either';
}

export interface Mirror {
  readonly host: string;
  /** Only where the mirror's address says http, which is on this machine. */
  readonly isPlain: boolean;
}

/** What the configuration files, Docker's folders of certificates and what everybody knows say of one registry. */
export async function settingsFor(
  host: string,
  entries: ReadonlyMap<string, WrittenEntry>,
  ctx: Context,
): Promise<RegistrySettings> {
  const written = entries.get(canonicalHost(host));
  const entry = written?.entry ?? {};
  const authorities = [
    ...(written === undefined ? [] : await readConfigured(written, ctx)),
    ...(await readDockerFolders(canonicalHost(host), ctx)),
  ];
  const isInsecure = entry.insecure ?? authorities.length === 0;
  return {
    host: canonicalHost(host),
    mirrors: (entry.mirrors ?? []).map(toMirror),
    hasMirrorTags: entry.mirrorTags ?? false,
    authorities: authorities.length === 0 ? undefined : authorities.join('\n'),
    realms: [
      ...(entry.realms ?? []).map((realm) => realm.toLowerCase()),
      ...(canonicalHost(host) === DOCKER_HUB ? [DOCKER_HUB_REALM] : []),
    ],
    transport: isInsecure && isLoopbackHost(host) ? 'either' : 'https',
  };
}

function toMirror(url: string): Mirror {
  const { host, protocol } = new URL(url);
  return { host: canonicalHost(host), isPlain: protocol === 'http:' };
}

async function readConfigured({ entry, file, key }: WrittenEntry, ctx: Context): Promise<readonly string[]> {
  if (entry.ca === undefined) return [];
  const path = entry.ca.startsWith('~/') ? join(ctx.home, entry.ca.slice(2)) : entry.ca;
  const at = { file, pointer: toPointer(['registries', key, 'ca']) };
  const text = await readIfThere(path, ctx);
  if (text?.includes('-----BEGIN CERTIFICATE-----')) return [text];
  const what = text === null ? 'cannot be read' : 'holds no certificate in PEM';
  throw new McpformError('RESOLVE_REGISTRIES_INVALID', `the \`ca\` of "${key}", "${path}", ${what}`, {
    hint: `correct it in "${file}"`,
    at,
  });
}

/** Every `*.crt` is an authority there. https://docs.docker.com/engine/security/certificates */
async function readDockerFolders(host: string, ctx: Context): Promise<readonly string[]> {
  const folders = ['/etc/docker/certs.d', join(ctx.home, '.docker/certs.d')].map((root) => join(root, host));
  const texts = await Promise.all(folders.map((folder) => readFolder(folder, ctx)));
  return texts.flat();
}

async function readFolder(folder: string, ctx: Context): Promise<readonly string[]> {
  const names = (await orNull(ctx.system.files.list(folder))) ?? [];
  const files = names.filter((name) => name.endsWith('.crt')).sort();
  const texts = await Promise.all(files.map((name) => readIfThere(join(folder, name), ctx)));
  return texts.filter((text) => text !== null);
}

async function readIfThere(path: string, ctx: Context): Promise<string | null> {
  return (await orNull(ctx.system.files.read(path)))?.toString('utf8') ?? null;
}

/** Docker's folders are Docker's: what is not for us there adds nothing, and the connection then fails by name. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR', 'ELOOP')) return null;
    throw error;
  }
}
