import { isJsonObject } from '../model/json.ts';
import type { ManifestDocument } from '../schema/manifest.types.ts';
import type { Path, Problem } from './problem.ts';

/** What the schema found; the other findings leave the shape of a document alone. */
const STRUCTURAL: ReadonlySet<string> = new Set([
  'MANIFEST_UNKNOWN_KEY',
  'MANIFEST_MISSING_KEY',
  'MANIFEST_NAME',
  'MANIFEST_WRONG_TYPE',
  'MANIFEST_WRONG_VALUE',
]);

/** Maps and lists of a server whose members stand for themselves: one wrong member leaves the others readable. */
const SEPARABLE = new Set(['env', 'headers', 'args']);

export interface Pruned {
  /** Of the schema's shape throughout. */
  readonly document: ManifestDocument;
  /** Fields of a server that were taken out. Rules that need them must stay silent. */
  readonly doubtful: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every declared name, that of a wrong part included. Null when the map itself is wrong: nothing is known. */
  readonly declared: Readonly<Record<Namespace, ReadonlySet<string> | null>>;
}

type Namespace = 'servers' | 'secrets' | 'networks' | 'volumes';

/**
 * The document without the parts that the schema found wrong, so that the rules can speak about all the rest in
 * the same run. The smallest part goes that leaves the rest well-formed.
 */
export function pruneWrong(document: ManifestDocument, problems: readonly Problem[]): Pruned {
  const wrong = problems.filter(({ code }) => STRUCTURAL.has(code));
  const declared = {
    servers: namesOf(document.servers),
    secrets: namesOf(document.secrets),
    networks: namesOf(document.networks),
    volumes: namesOf(document.volumes),
  };
  const doubtful = new Map<string, Set<string>>();
  if (wrong.length === 0) return { document, doubtful, declared };
  const copy = structuredClone(document);
  for (const { code, path } of wrong) {
    const [top, name, field] = path;
    if (top === 'servers' && name !== undefined && field !== undefined) {
      doubtful.set(name, (doubtful.get(name) ?? new Set()).add(field));
    }
    // A wrong name does not make the value under it wrong.
    if (code !== 'MANIFEST_NAME') remove(copy, wrongPart(path));
  }
  copy.servers ??= {};
  return { document: copy, doubtful, declared };
}

function namesOf(map: unknown): ReadonlySet<string> | null {
  if (map === undefined) return new Set();
  return isJsonObject(map) ? new Set(Object.keys(map)) : null;
}

function wrongPart(path: Path): Path {
  if (path[0] === 'servers') return path.slice(0, SEPARABLE.has(path[2] ?? '') ? 4 : 3);
  const isNamed = path[0] === 'secrets' || path[0] === 'volumes' || path[0] === 'networks';
  return path.slice(0, isNamed ? 2 : 1);
}

function remove(document: object, path: Path): void {
  let parent = document as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    const child = parent[key];
    if (typeof child !== 'object' || child === null) return;
    parent = child as Record<string, unknown>;
  }
  const key = path.at(-1);
  // In a list the other items keep their places.
  if (key !== undefined && Array.isArray(parent)) parent[Number(key)] = '';
  else if (key !== undefined) delete parent[key];
}
