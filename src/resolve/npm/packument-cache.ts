import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';

/** What npm's libraries keep what registries say in, while a command runs. */
export interface PackumentCache {
  has(key: string): boolean;
  get(key: string): JsonObject | Promise<JsonObject> | undefined;
  set(key: string, packument: JsonObject): void;
  delete(key: string): void;
}

/** A full packument has every readme and script of every release: all but this, up to 95 % of it, is dropped. */
const FIELDS = ['name', 'dist-tags', 'time', '_contentLength'];

const RELEASE_FIELDS = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'acceptDependencies',
  'dist',
  'engines',
  'os',
  'cpu',
  'libc',
  'bin',
  'directories',
  '_hasShrinkwrap',
  'hasInstallScript',
];

/**
 * Servers that are resolved at once have most dependencies in common: who is told that nothing is known asks the
 * registry, and says what came of it by `set` or `delete`; everybody else waits for that. After a failure each asks
 * for itself by `fetchAgain`, for the failure is not passed on.
 */
export function packumentCache(fetchAgain: (url: string) => Promise<JsonObject>): PackumentCache {
  const known = new Map<string, JsonObject>();
  const pending = new Map<string, Pending>();
  const settle = (key: string, packument: JsonObject | null): void => {
    pending.get(key)?.settle(packument);
    pending.delete(key);
  };
  return {
    has: (key) => {
      if (known.has(key) || pending.has(key)) return true;
      pending.set(key, makePending());
      return false;
    },
    get: (key) =>
      known.get(key) ?? pending.get(key)?.found.then((packument) => packument ?? fetchAgain(urlOf(key))),
    set: (key, packument) => {
      const kept = slim(packument);
      known.set(key, kept);
      settle(key, kept);
    },
    delete: (key) => {
      known.delete(key);
      settle(key, null);
    },
  };
}

interface Pending {
  readonly found: Promise<JsonObject | null>;
  settle(packument: JsonObject | null): void;
}

function makePending(): Pending {
  let settle: Pending['settle'] = () => undefined;
  const found = new Promise<JsonObject | null>((resolve) => {
    settle = resolve;
  });
  return { found, settle };
}

/** Keys are `full:` and the address. */
function urlOf(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

function slim(packument: JsonObject): JsonObject {
  const versions = packument['versions'];
  if (!isJsonObject(versions)) return packument;
  return {
    ...pick(packument, FIELDS),
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, release]) => [version, slimRelease(release as Json)]),
    ),
  };
}

function slimRelease(release: Json): Json {
  if (!isJsonObject(release)) return release;
  const scripts = isJsonObject(release['scripts']) ? release['scripts'] : {};
  const installing = pick(scripts, ['preinstall', 'install', 'postinstall']);
  return {
    ...pick(release, RELEASE_FIELDS),
    ...(Object.keys(installing).length === 0 ? {} : { scripts: installing }),
  };
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = object[field];
      return value === undefined ? [] : [[field, value] as const];
    }),
  );
}
