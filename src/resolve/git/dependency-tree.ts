import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { NpmTree } from '../npm/npm.ts';
import { readTree, type Tree } from '../npm/read-tree.ts';
import { printTree } from '../npm/tree-text.ts';
import type { Project } from './project.ts';

/** The locked dependencies of a repository. */
export interface Dependencies {
  /** As a `package.json` would want them: exact. */
  readonly wanted: Pick<Project, 'dependencies' | 'optionalDependencies'>;
  /** Null when there are none. */
  readonly tree: Tree | null;
}

type Wanted = Dependencies['wanted'];

/** A package-lock (version 3) whose project is the repository, with what it wants pinned. The same tree, the same bytes. */
export function printDependencies(project: Wanted, tree: NpmTree): string {
  const lock = JSON.parse(printTree({ name: 'x', version: '0' }, tree)) as { packages: Record<string, Json> };
  const versions = new Map(
    tree.nodes.map(({ location, packageName, name, version }) => [
      location,
      name === packageName ? version : `npm:${packageName}@${version}`,
    ]),
  );
  const pinned = (names: Readonly<Record<string, string>>): JsonObject => {
    const found = Object.keys(names)
      .sort()
      .map((name) => [name, versions.get(`node_modules/${name}`)]);
    return Object.fromEntries(found.filter(([, version]) => version !== undefined));
  };
  lock.packages[''] = {
    dependencies: pinned(project.dependencies),
    optionalDependencies: pinned(project.optionalDependencies),
  };
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** Reads the text, as strictly as that of a package of npm: RESOLVE_TREE names the first thing that is wrong. */
export function readDependencies(text: string): Dependencies {
  const lock = parse(text);
  const packages = objectOf(lock['packages'], 'it has no packages');
  const project = objectOf(packages[''], 'it has no project');
  const unknown = Object.keys(project).find((field) => !(field in EMPTY));
  if (unknown !== undefined) throw wrong(`its project has "${unknown}", which mcpform does not write`);
  const wanted = {
    dependencies: textsOf(project['dependencies'] ?? {}),
    optionalDependencies: textsOf(project['optionalDependencies'] ?? {}),
  };
  const direct = { ...wanted.dependencies, ...wanted.optionalDependencies };
  if (Object.keys(packages).length === 1) {
    if (Object.keys(direct).length > 0) throw wrong('it lacks what its project wants');
    return { wanted, tree: null };
  }
  const tree = readTree(JSON.stringify({ ...lock, packages: { ...packages, '': rootOf(packages) } }));
  for (const [name, version] of Object.entries(direct)) {
    const found = tree.packages.get(`node_modules/${name}`);
    const exact = found?.name === name ? found.version : `npm:${found?.name}@${found?.version}`;
    if (exact !== version) throw wrong(`"${name}" is not locked to the version that its project wants`);
  }
  return { wanted, tree };
}

const EMPTY: Wanted = { dependencies: {}, optionalDependencies: {} };

/** Any package of the first level stands for the project, so that the rest is read as the tree of one package. */
function rootOf(packages: JsonObject): JsonObject {
  const first = Object.entries(packages).find(([location, entry]) => {
    const isFirstLevel = location !== '' && location.lastIndexOf('node_modules/') === 0;
    return isFirstLevel && isJsonObject(entry) && entry['name'] === undefined && entry['inBundle'] !== true;
  });
  const entry = first?.[1];
  if (first === undefined || !isJsonObject(entry)) throw wrong('it has no package of its own name');
  return { dependencies: { [first[0].slice('node_modules/'.length)]: entry['version'] ?? '' } };
}

function parse(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text) as Json, 'it is not an object');
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('it is not JSON');
    throw error;
  }
}

function objectOf(value: Json | undefined, message: string): JsonObject {
  if (!isJsonObject(value)) throw wrong(message);
  return value;
}

function textsOf(value: Json): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value, 'its project wants something that is no object'));
  if (entries.some(([, each]) => typeof each !== 'string'))
    throw wrong('its project wants something that is no text');
  return Object.fromEntries(entries) as Record<string, string>;
}

function wrong(message: string): McpformError {
  return new McpformError(
    'RESOLVE_TREE',
    `the locked dependencies are not as mcpform writes them: ${message}`,
    {
      hint: 'restore the file from Git, or run `mcpform lock --update` for this server',
    },
  );
}
