/** One side's text, and the line that each of its lines has in the text with the markers. Lines count from 1. */
export interface Side {
  readonly text: string;
  lineOf(line: number): number;
}

export interface Sides {
  readonly ours: Side;
  readonly theirs: Side;
  /** What both came from, when the markers show it (`diff3`, `zdiff3`). */
  readonly base: Side | null;
}

/** A marker without its other end. */
export interface Broken {
  readonly line: number;
  readonly excerpt: string;
}

type State = 'all' | 'ours' | 'base' | 'theirs';

/** Where a marker leads, by the state it may stand in. Markers of seven: those of merges inside a merge are longer. */
const MARKERS: readonly (readonly [RegExp, Readonly<Partial<Record<State, State>>>])[] = [
  [/^<{7}(?: .*)?$/, { all: 'ours' }],
  [/^\|{7}(?: .*)?$/, { ours: 'base' }],
  [/^={7}$/, { ours: 'theirs', base: 'theirs' }],
  [/^>{7}(?: .*)?$/, { theirs: 'all' }],
];

/** Cuts a text with the markers of `git merge` into the whole texts they were made of, as far as those differ. */
export function cutSides(text: string): Sides | Broken {
  const taken: Record<Exclude<State, 'all'>, number[]> = { ours: [], base: [], theirs: [] };
  const lines = text.split('\n');
  let state: State = 'all';
  let opened: Broken | null = null;
  let conflicts = 0;
  let bases = 0;
  for (const [index, line] of lines.entries()) {
    const excerpt = line.replace(/\r$/, '');
    const marker = MARKERS.find(([shape]) => shape.test(excerpt));
    if (marker === undefined) {
      for (const side of ['ours', 'base', 'theirs'] as const) {
        if (state === 'all' || state === side) taken[side].push(index);
      }
      continue;
    }
    const next: State | undefined = marker[1][state];
    if (next === undefined) return { line: index + 1, excerpt };
    if (next === 'ours') {
      opened = { line: index + 1, excerpt };
      conflicts += 1;
    } else if (next === 'base') bases += 1;
    state = next;
  }
  if (state !== 'all' && opened !== null) return opened;
  const side = (indices: readonly number[]): Side => ({
    text: indices.map((index) => lines[index]).join('\n'),
    lineOf: (line) => (indices[line - 1] ?? lines.length - 1) + 1,
  });
  return {
    ours: side(taken.ours),
    theirs: side(taken.theirs),
    base: bases === conflicts ? side(taken.base) : null,
  };
}
