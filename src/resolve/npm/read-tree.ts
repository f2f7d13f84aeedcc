import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { INTEGRITY, PACKAGE_FIELDS } from './tree-text.ts';

/** The lock of one npm package and of all that it needs. */
export interface Tree {
  readonly root: { readonly name: string; readonly version: string; readonly integrity: string };
  /** By location: `node_modules/a/node_modules/b`. */
  readonly packages: ReadonlyMap<string, LockedPackage>;
}

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Null for what comes inside another package's tarball, and is hashed with it. */
  readonly integrity: string | null;
}

const MAX_BYTES = 32 * 1024 ** 2;

/** Reads the text of a tree, and takes nothing in it for granted: RESOLVE_TREE names the first thing that is wrong. */
export function readTree(text: string): Tree {
  const lock = parse(text);
  if (lock['lockfileVersion'] !== 3) throw wrong('it is not a package-lock of version 3');
  const entries = objectOf(lock['packages'], 'it has no packages');
  const packages = new Map(
    Object.entries(entries)
      .filter(([location]) => location !== '')
      .map(([location, entry]) => [location, readPackage(location, entry)] as const),
  );
  return { root: rootOf(entries, packages), packages };
}

function parse(text: string): JsonObject {
  if (text.length > MAX_BYTES) throw wrong(`it has more than ${MAX_BYTES} bytes`);
  try {
    return objectOf(JSON.parse(text) as Json, 'it is not an object');
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('it is not JSON');
    throw error;
  }
}

// https://github.com/npm/validate-npm-package-name, with the upper case of old packages
const NAME = '(?:@[A-Za-z0-9~_-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*';
const LOCATION = new RegExp(`^node_modules/${NAME}(?:/node_modules/${NAME})*$`);
const WHOLE_NAME = new RegExp(`^${NAME}$`);
// https://semver.org
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

function readPackage(location: string, value: Json): LockedPackage {
  if (!LOCATION.test(location)) throw wrong(`"${location}" is not a place for a package`);
  const entry = objectOf(value, `"${location}" is not an object`);
  const unknown = Object.keys(entry).find((field) => !PACKAGE_FIELDS.has(field));
  if (unknown !== undefined) throw wrong(`"${location}" has "${unknown}", which mcpform does not write`);
  const name =
    entry['name'] ?? location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (typeof name !== 'string' || !WHOLE_NAME.test(name)) throw wrong(`"${location}" has no valid name`);
  const version = entry['version'];
  if (typeof version !== 'string' || !VERSION.test(version))
    throw wrong(`"${location}" has no exact version`);
  checkShapes(location, entry);
  return { name, version, integrity: integrityOf(location, entry) };
}

/** npm's libraries take them as they are. */
function checkShapes(location: string, entry: JsonObject): void {
  for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
    const value = entry[field] ?? {};
    const isMap = isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string');
    if (!isMap) throw wrong(`"${location}" has ${field} that are not texts by name`);
  }
  for (const field of ['os', 'cpu', 'libc', 'bundleDependencies']) {
    const value = entry[field] ?? [];
    const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
    if (!isList) throw wrong(`"${location}" has an "${field}" that is not a list of texts`);
  }
  if (!isJsonObject(entry['peerDependenciesMeta'] ?? {})) {
    throw wrong(`"${location}" has an invalid "peerDependenciesMeta"`);
  }
}

function integrityOf(location: string, { inBundle, integrity }: JsonObject): string | null {
  const isInside = location.lastIndexOf('/node_modules/') > 0;
  if (inBundle === true && isInside && integrity === undefined) return null;
  if (typeof integrity === 'string' && INTEGRITY.test(integrity)) return integrity;
  throw wrong(`"${location}" has no sha512 integrity`);
}

function rootOf(entries: JsonObject, packages: Tree['packages']): Tree['root'] {
  const project = objectOf(entries[''], 'it has no project');
  const dependencies = Object.entries(objectOf(project['dependencies'], 'its project needs nothing'));
  const [name, version] = dependencies[0] ?? [];
  if (dependencies.length !== 1 || Object.keys(project).length !== 1 || name === undefined) {
    throw wrong('its project must need exactly one package');
  }
  const found = packages.get(`node_modules/${name}`);
  if (found === undefined || found.name !== name || found.version !== version || found.integrity === null) {
    throw wrong(`"${name}" is not locked to the version that its project needs`);
  }
  return { name, version, integrity: found.integrity };
}

function objectOf(value: Json | undefined, message: string): JsonObject {
  if (!isJsonObject(value)) throw wrong(message);
  return value;
}

function wrong(message: string): McpformError {
  return new McpformError('RESOLVE_TREE', `the locked npm tree is not as mcpform writes it: ${message}`, {
    hint: 'restore the file from Git, or run `mcpform lock --update` for this server',
  });
}
