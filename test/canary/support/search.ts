import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { formsOf } from './forms.ts';

/** A value that was found where it must not be. */
export interface Hit {
  /** What was searched: what a command said, or a file's path below the folder. */
  readonly where: string;
  /** How the value was written there. */
  readonly how: string;
  /** What stands around it, so that somebody who reads of it knows what to look for. */
  readonly around: string;
}

/** Looks for values in everything it is given. */
export interface Search {
  /** How many texts and files were searched. */
  readonly searches: () => number;
  text(where: string, text: string): readonly Hit[];
  /** Every file, link and name below a folder; `isKept` says where a value may be. */
  tree(folder: string, isKept?: (path: string) => boolean): Promise<readonly Hit[]>;
}

export function searchFor(...values: readonly string[]): Search {
  const needles = values.flatMap((value) =>
    [...formsOf(value)].flatMap(([how, forms]) => forms.map((form) => ({ how, form }))),
  );
  let searches = 0;
  const text: Search['text'] = (where, searched) => {
    searches += 1;
    const hits = needles.flatMap(({ how, form }) => {
      const at = searched.indexOf(form);
      if (at === -1) return [];
      return [{ where, how, around: searched.slice(Math.max(0, at - 60), at + form.length + 20) }];
    });
    return hits.filter(({ how }, index) => hits.findIndex((other) => other.how === how) === index);
  };
  // What was searched once and found clean is so until it changes.
  const clean = new Map<string, string>();
  const entry = async (folder: string, path: string): Promise<readonly Hit[]> => {
    const { stamp, content } = await openEntry(join(folder, path));
    if (stamp === null || clean.get(path) === stamp) return [];
    const hits = [...text(`the name ${path}`, path), ...text(path, await content())];
    if (hits.length === 0) clean.set(path, stamp);
    return hits;
  };
  const tree: Search['tree'] = async (folder, isKept = () => false) => {
    const paths = (await readdir(folder, { recursive: true })).sort();
    const hits: Hit[] = [];
    for (const path of paths) if (!isKept(path)) hits.push(...(await entry(folder, path)));
    return hits;
  };
  return { searches: () => searches, text, tree };
}

interface Entry {
  /** Another one when the entry was changed. Null: it is gone, as a lock is after a moment. */
  readonly stamp: string | null;
  readonly content: () => Promise<string>;
}

async function openEntry(path: string): Promise<Entry> {
  const stat = await orNull(lstat(path));
  if (stat === null) return { stamp: null, content: async () => '' };
  const stamp = [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
  const content = async (): Promise<string> => {
    if (stat.isSymbolicLink()) return (await orNull(readlink(path))) ?? '';
    return stat.isFile() ? ((await orNull(readFile(path, 'utf8'))) ?? '') : '';
  };
  return { stamp, content };
}

async function orNull<Value>(work: Promise<Value>): Promise<Value | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
