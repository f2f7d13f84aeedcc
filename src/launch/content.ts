import { hash } from 'node:crypto';
import type { TreeEntry } from '../system/launch/scan-tree.ts';

/**
 * The content manifest: for every file, folder and link one line with mode (in octal, as `stat` has it), size,
 * SHA-256 and path, sorted by path. The tree's own folder is not in it.
 */
export function contentManifest(entries: readonly TreeEntry[], platform: NodeJS.Platform): string {
  return entries
    .map((entry) => `${modeText(entry, platform)} ${entry.size} ${entry.sha256 || '-'} ${entry.path}\n`)
    .join('');
}

/** `sha256:` + hex of a content manifest: the name of exactly these files with exactly these modes. */
export function contentDigest(manifest: string): string {
  return `sha256:${hash('sha256', manifest)}`;
}

/** Where two manifests part, by path; null when they are equal. */
export function firstDifference(expected: string, found: string): Difference | null {
  const [before, after] = [linesOf(expected), linesOf(found)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const path of paths) {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === is) continue;
    if (was === undefined) return { path, how: 'was added' };
    if (is === undefined) return { path, how: 'was removed' };
    const isModeOnly = was.slice(was.indexOf(' ')) === is.slice(is.indexOf(' '));
    return { path, how: isModeOnly ? 'has another mode' : 'was changed' };
  }
  return null;
}

export interface Difference {
  readonly path: string;
  readonly how: 'was added' | 'was removed' | 'was changed' | 'has another mode';
}

const TYPES = { file: 0o100000, folder: 0o040000, link: 0o120000, other: 0 } as const;

/** Windows has no modes but a read-only flag, which says nothing about what runs. */
function modeText({ kind, mode }: TreeEntry, platform: NodeJS.Platform): string {
  if (kind === 'link') return '120777';
  const permissions = platform !== 'win32' ? mode : kind === 'folder' ? 0o555 : 0o444;
  return (TYPES[kind] | permissions).toString(8).padStart(6, '0');
}

/** What is said of each path: everything before it on its line. */
function linesOf(manifest: string): ReadonlyMap<string, string> {
  const lines = manifest.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(' ', line.indexOf(' ', line.indexOf(' ') + 1) + 1);
      return [line.slice(at + 1), line.slice(0, at)];
    }),
  );
}
