import { posix } from 'node:path';
import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { CommitFile } from './commit-files.ts';
import type { FetchedCommit } from './fetched-commit.ts';

/** What a repository's `package.json` says, as far as it is needed to run a program of it. */
export interface Project {
  /** A name that is good for a folder below `node_modules`. */
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

type Files = ReadonlyMap<string, CommitFile>;

const maxBytes = 2 ** 20;
const nameShape = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * Reads the project of a commit. Throws RESOLVE_NO_PROGRAM, with what to do instead, unless it has a program that
 * can be started as it was committed.
 */
export async function readProject(commit: FetchedCommit, files: Files): Promise<Project> {
  const file = files.get('package.json');
  if (file === undefined) throw withoutManifest(files);
  if (file.size > maxBytes) throw none('has a package.json that is far too large', published);
  const manifest = parse(await commit.git(['cat-file', 'blob', file.id], 'read package.json'));
  assertHasProgram(manifest, files);
  const { name } = manifest;
  const optional = mapOf(manifest['optionalDependencies']);
  const peers = without(mapOf(manifest['peerDependencies']), optionalPeers(manifest));
  return {
    name: typeof name === 'string' && nameShape.test(name) && name.length < 215 ? name : 'repository',
    dependencies: without({ ...peers, ...mapOf(manifest['dependencies']) }, optional),
    optionalDependencies: optional,
  };
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw none('has a package.json that is not a JSON object', published);
}

function assertHasProgram(manifest: JsonObject, files: Files): void {
  const { bin = null } = manifest;
  const paths = typeof bin === 'string' ? [bin] : isJsonObject(bin) ? Object.values(bin) : [];
  if (paths.length === 0) {
    throw none(
      'has a package.json without "bin"',
      'name the program by `command`, or take a published package',
    );
  }
  const missing = paths.filter(
    (path): path is string => typeof path === 'string' && !isCommitted(path, files),
  );
  if (missing.length < paths.length) return;
  throw none(
    `has a package.json whose program "${missing[0]}" is not committed: it has to be built first`,
    published,
  );
}

function isCommitted(path: string, files: Files): boolean {
  return files.has(posix.normalize(path.replace(/^\.?\//, '')));
}

function withoutManifest(files: Files): McpformError {
  const isPython = ['pyproject.toml', 'setup.py', 'setup.cfg'].some((name) => files.has(name));
  return isPython
    ? none('is a Python project, which would have to be built', 'take it from PyPI: `package: pypi:NAME`')
    : none('has no package.json at its root', 'take a published package or an image');
}

const published = 'take the published package: `package: npm:NAME`';

function none(what: string, hint: string): McpformError {
  return new McpformError('RESOLVE_NO_PROGRAM', `the repository ${what}`, { hint });
}

/** Names with what is wanted of them; anything else in there is not npm's. */
function mapOf(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  const entries = Object.entries(value).filter(
    ([name, range]) => nameShape.test(name) && typeof range === 'string',
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

function optionalPeers({ peerDependenciesMeta: meta }: JsonObject): Readonly<Record<string, string>> {
  if (!isJsonObject(meta)) return {};
  const names = Object.keys(meta).filter(
    (name) => (meta[name] as { optional?: unknown } | null)?.optional === true,
  );
  return Object.fromEntries(names.map((name) => [name, '']));
}

function without(all: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(others, name)));
}
