import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { NpmTree } from './npm.ts';

/**
 * What of a package-lock is kept: all that says which bytes go where, on any system. Addresses are left out, so that
 * another machine may have another registry; so is what a registry may reword later, like licences and deprecations.
 */
export const PACKAGE_FIELDS: ReadonlySet<string> = new Set([
  'bundleDependencies',
  'cpu',
  'dependencies',
  'hasInstallScript',
  'inBundle',
  'integrity',
  'libc',
  'name',
  'optional',
  'optionalDependencies',
  'os',
  'peer',
  'peerDependencies',
  'peerDependenciesMeta',
  'version',
]);

/**
 * A package-lock (version 3) of a project whose one dependency is the exact release. The same tree gives the same
 * bytes: keys sorted, two spaces, a newline at the end.
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 */
export function printTree(root: { readonly name: string; readonly version: string }, tree: NpmTree): string {
  const packages = Object.entries(tree.packages)
    .filter(([location]) => location !== '')
    .map(([location, entry]) => [location, keptOf(entry)] as const);
  const lock = {
    lockfileVersion: 3,
    packages: { '': { dependencies: { [root.name]: root.version } }, ...Object.fromEntries(packages) },
    requires: true,
  };
  return `${JSON.stringify(sorted(lock as unknown as Json), null, 2)}\n`;
}

function keptOf(entry: Readonly<Record<string, unknown>>): JsonObject {
  const kept = Object.entries(entry).filter(([field]) => PACKAGE_FIELDS.has(field)) as [string, Json][];
  return Object.fromEntries(kept.map(([field, value]) => [field, normalize(field, value)]));
}

function normalize(field: string, value: Json): Json {
  if (field === 'integrity') return sha512Of(value);
  // Registries have both forms.
  return LISTS.has(field) && typeof value === 'string' ? [value] : value;
}

const LISTS = new Set(['os', 'cpu', 'libc']);

/** Of several hashes the one that is never weak. Text without it is refused before it is printed. */
function sha512Of(integrity: Json): Json {
  return typeof integrity === 'string' ? (strongest(integrity) ?? integrity) : integrity;
}

/** The `sha512-…` of a subresource integrity; null when it has none. */
export function strongest(integrity: string): string | null {
  return integrity.split(/\s+/).find((each) => INTEGRITY.test(each)) ?? null;
}

export const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  );
}
