import Arborist from '@npmcli/arborist';
import Config, { type ConfigOptions, type Layer } from '@npmcli/config';
import npm from '@npmcli/config/lib/definitions/index.js';
import npmFetch from 'npm-registry-fetch';
import pacote from 'pacote';
import type { NpmNode, NpmOptions, NpmTree, Packument, Picked } from './npm.ts';

export { Agent, type Endpoint } from '@npmcli/agent';

/** The settings that say where packages come from and how to get there. Everything else of npm's is not ours. */
const REGISTRY_SETTINGS: ReadonlySet<string> = new Set([
  'registry',
  'replace-registry-host',
  'ca',
  'cafile',
  'cert',
  'key',
  'strict-ssl',
  'proxy',
  'https-proxy',
  'noproxy',
  'local-address',
  'maxsockets',
  'fetch-timeout',
  'fetch-retries',
  'fetch-retry-factor',
  'fetch-retry-mintimeout',
  'fetch-retry-maxtimeout',
  'before',
  'min-release-age',
  'min-release-age-exclude',
]);

export interface Settings {
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether nobody but npm itself chose the value. */
  isDefault(setting: string): boolean;
}

/** What npm's own configuration says about registries, read as npm reads it but for the project's part. */
export async function readSettings(
  where: Pick<ConfigOptions, 'npmPath' | 'env' | 'platform'>,
): Promise<Settings> {
  const config = new UserConfig({
    ...where,
    definitions: npm.definitions,
    shorthands: npm.shorthands,
    flatten: flattenRegistrySettings,
    argv: [],
    cwd: where.npmPath,
    warn: false,
  });
  await config.load();
  config.validate();
  return { options: config.flat, isDefault: (setting) => config.isDefault(setting) };
}

class UserConfig extends Config {
  /** A project's `.npmrc` is somebody else's word: a clone would choose our registry and proxy. */
  override async loadProjectConfig(): Promise<void> {
    this.localPrefix = null;
  }
}

function flattenRegistrySettings(layer: Layer, options: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(layer)) {
    if (REGISTRY_SETTINGS.has(key)) npm.definitions[key]?.flatten?.(key, layer, options);
    else if (/^@.*:registry$/i.test(key) || key.startsWith('//')) options[key] = value;
  }
}

/** The registry that has this package: the scope's, or the default one. Ends in a slash. */
export function registryOf(name: string, options: NpmOptions): string {
  return npmFetch.pickRegistry(name, options).replace(/\/*$/, '/');
}

/** The `Authorization` header that npm sends to this address on account of nothing but the address. */
export function authorizationFor(url: string, options: NpmOptions): string | null {
  const { token, auth } = getAuth(url, options);
  if (token) return `Bearer ${token}`;
  return auth ? `Basic ${auth}` : null;
}

/** Exported, but missing in the types. */
const { getAuth } = npmFetch as unknown as {
  getAuth(url: string, options: NpmOptions): { readonly token: string | null; readonly auth: string | null };
};

export async function fetchPackument(name: string, options: NpmOptions): Promise<Packument> {
  return (await pacote.packument(name, options)) as unknown as Packument;
}

/** The release of the packument that a version, range or tag stands for. Fails with ETARGET when there is none. */
export async function pickRelease(
  name: string,
  { wanted, before }: { readonly wanted: string; readonly before: Date | null },
  options: NpmOptions,
): Promise<Picked> {
  const manifest = await pacote.manifest(`${name}@${wanted}`, { ...options, before });
  return manifest as unknown as Picked;
}

export async function fetchJson(url: string, options: NpmOptions): Promise<unknown> {
  return await npmFetch.json(url, options);
}

/** Resolves the dependencies of an otherwise empty project. Looks into packages that bring theirs along. */
export async function resolveTree(spec: string, options: NpmOptions): Promise<NpmTree> {
  const arborist = new Arborist({ ...options });
  const tree = await arborist.buildIdealTree({ add: [spec], ...COMPLETE });
  return treeOf(tree);
}

/** With what packages bundle or shrinkwrap themselves. Missing in the types, as is the next. */
const COMPLETE: object = { complete: true };
const UNSAVED: object = { save: false };

export interface Installation {
  /** What belongs into the folder on this machine. */
  readonly nodes: readonly NpmNode[];
  /** Unpacks it, from the cache alone. */
  unpack(): Promise<void>;
}

/** Reads the lock that lies in the folder; asks nobody. */
export async function planInstallation(options: NpmOptions): Promise<Installation> {
  const arborist = new Arborist({ ...options, offline: true });
  const { nodes } = treeOf(await arborist.buildIdealTree(UNSAVED));
  return {
    nodes: nodes.filter(({ inert }) => !inert),
    unpack: async () => {
      await arborist.reify(UNSAVED);
    },
  };
}

function treeOf(tree: unknown): NpmTree {
  const { inventory, meta } = tree as {
    inventory: Map<string, NpmNode & { isProjectRoot: boolean }>;
    meta: { commit(): { packages: NpmTree['packages'] } };
  };
  return {
    nodes: [...inventory.values()].filter(({ isProjectRoot }) => !isProjectRoot),
    packages: meta.commit().packages,
  };
}

/** Gets a package's tarball into the cache, unless it is there, and has every byte of it hashed. */
export async function download(
  spec: string,
  options: NpmOptions & { readonly integrity: string },
): Promise<void> {
  await pacote.tarball.stream(spec, drain, { ...options, resolved: UNKNOWN_ADDRESS });
}

/** What the cache is asked for by integrity needs an address that nobody ever asks. */
export const UNKNOWN_ADDRESS = 'https://package.invalid/';

async function drain(tarball: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tarball.on('error', reject);
    tarball.on('end', resolve);
    tarball.resume();
  });
}
