import { sourceError } from './fail.ts';

/** What a commit has at a path. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'submodule';
  /** Of its object. */
  readonly id: string;
  readonly isExecutable: boolean;
}

export interface CommitTree {
  /** By path from the root, with `/`; the root itself is `''`. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** Names in a folder, by its path. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

const maxEntries = 200_000;

/** Reads `git ls-tree -r -t -z`. Throws SOURCE_UNAVAILABLE for more than is read of a repository. */
export function readTree(listing: string): CommitTree {
  const entries = new Map<string, TreeEntry>([['', { kind: 'folder', id: '', isExecutable: false }]]);
  const names = new Map<string, string[]>([['', []]]);
  const lines = listing.split('\0');
  if (lines.length > maxEntries) {
    throw sourceError(
      'SOURCE_UNAVAILABLE',
      `the commit has more than ${maxEntries} files and folders`,
      'keep the manifest in a repository of its own',
    );
  }
  for (const line of lines) {
    const tab = line.indexOf('\t');
    if (tab === -1) continue;
    const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
    const path = line.slice(tab + 1);
    // No name that could be written in a manifest.
    if (path.includes('\uFFFD')) continue;
    const kind = kindOf(mode);
    entries.set(path, { kind, id, isExecutable: mode === '100755' });
    if (kind === 'folder') names.set(path, []);
    const slash = path.lastIndexOf('/');
    names.get(slash === -1 ? '' : path.slice(0, slash))?.push(path.slice(slash + 1));
  }
  return { entries, names };
}

function kindOf(mode: string): TreeEntry['kind'] {
  switch (mode) {
    case '040000':
      return 'folder';
    case '120000':
      return 'link';
    case '160000':
      return 'submodule';
    default:
      return 'file';
  }
}

/** What stands in the way to a path: the first link or submodule at it or above it. */
export function obstacleAt(
  path: string,
  { entries }: CommitTree,
): { readonly path: string; readonly kind: 'link' | 'submodule' } | null {
  const names = path.split('/');
  for (let length = 1; length <= names.length; length += 1) {
    const part = names.slice(0, length).join('/');
    const kind = entries.get(part)?.kind;
    if (kind === 'link' || kind === 'submodule') return { path: part, kind };
  }
  return null;
}
