import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';

/** What npm's libraries keep what registries say in, while a command runs. */
export interface PackumentCache {
  has(key: string): boolean;
  get(key: string): JsonObject | undefined;
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

export function packumentCache(): PackumentCache {
  const known = new Map<string, JsonObject>();
  return {
    has: (key) => known.has(key),
    get: (key) => known.get(key),
    set: (key, packument) => void known.set(key, slim(packument)),
    delete: (key) => void known.delete(key),
  };
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
