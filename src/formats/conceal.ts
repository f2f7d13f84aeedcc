import type { Conceal } from '../model/conceal.ts';
import { formsOf, SHORTEST } from './conceal-forms.ts';

/** What stands where a value was. */
const SHOWN = '(secret)';

/** So much of the beginning of a form is the form, however it goes on: what it costs to look is bounded by it. */
const TELLING = 64;

/** So much of the beginning of a form is the form where the text was cut off. */
const TELLING_WHEN_CUT = 8;

/**
 * Takes known values out of texts. Costs nothing while there are none; then a text costs one pass, whatever its values
 * are. Values with fewer than 4 characters are not replaced.
 */
export function createConceal(): Conceal {
  const values = new Set<string>();
  let index: Index | null = null;
  const indexed = (): Index => {
    index ??= indexOf([...values].flatMap((value) => [...formsOf(value)]));
    return index;
  };
  return {
    add(value) {
      if (value.length < SHORTEST || values.has(value)) return;
      values.add(value);
      index = null;
    },
    conceal: (text) => (values.size === 0 ? text : replace(text, findRanges(text, indexed(), true))),
    isEmpty: () => values.size === 0,
    holds: (text) => values.size > 0 && findRanges(text, indexed(), false).length > 0,
  };
}

interface Index {
  /** Forms by their first `LONG` characters, and those that have fewer by their first `SHORTEST`. Longest first. */
  readonly long: ReadonlyMap<string, readonly string[]>;
  readonly short: ReadonlyMap<string, readonly string[]>;
  /** By a hash of the first `SHORTEST` characters: 1 where a form may begin. */
  readonly starts: Uint8Array;
}

const LONG = 8;

function indexOf(forms: readonly string[]): Index {
  const [long, short] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const starts = new Uint8Array(1 << 16);
  for (const form of new Set(forms)) {
    const [map, width] = form.length >= LONG ? [long, LONG] : [short, SHORTEST];
    const key = form.slice(0, width);
    const known = map.get(key);
    if (known === undefined) map.set(key, [form]);
    else known.push(form);
    starts[hashAt(form, 0)] = 1;
  }
  for (const map of [long, short]) for (const each of map.values()) each.sort((a, b) => b.length - a.length);
  return { long, short, starts };
}

function hashAt(text: string, at: number): number {
  const [a, b] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
  const [c, d] = [text.charCodeAt(at + 2), text.charCodeAt(at + 3)];
  return (a ^ (b << 4) ^ (c << 8) ^ (d << 12) ^ (d >> 4)) & 0xffff;
}

interface Range {
  readonly start: number;
  end: number;
}

/** Where forms are, in order; those that touch are one. With `all`, also the beginnings of those that were cut off. */
function findRanges(text: string, index: Index, all: boolean): readonly Range[] {
  const ranges: Range[] = [];
  const last = text.length - SHORTEST;
  for (let at = 0; at <= last; at += 1) {
    if (index.starts[hashAt(text, at)] === 0) continue;
    const end = at + matchedAt(text, at, index, all);
    if (end === at) continue;
    const before = ranges.at(-1);
    if (before === undefined || before.end < at) ranges.push({ start: at, end });
    else before.end = Math.max(before.end, end);
    if (!all) return ranges;
    // Another form may begin inside this one; how far back that is looked for is bounded, so that a text is one pass.
    at = Math.max(at, end - TELLING - 1);
  }
  return ranges;
}

/** How many characters of a form begin there; 0 when none does. */
function matchedAt(text: string, at: number, { long, short }: Index, all: boolean): number {
  let most = 0;
  for (const form of long.get(text.slice(at, at + LONG)) ?? []) {
    if (form.length <= most) break;
    const common = commonLength(text, at, form);
    const isTelling = common === form.length || common >= TELLING || (all && isCut(text, at + common));
    if (isTelling) most = Math.max(most, common);
  }
  if (most > 0 || short.size === 0) return most;
  const form = short.get(text.slice(at, at + SHORTEST))?.find((each) => text.startsWith(each, at));
  return form?.length ?? 0;
}

function commonLength(text: string, at: number, form: string): number {
  let common = TELLING_WHEN_CUT;
  while (common < form.length && text.charCodeAt(at + common) === form.charCodeAt(common)) common += 1;
  return common;
}

/** Texts that are too long end like that. */
function isCut(text: string, at: number): boolean {
  return at === text.length || text[at] === '…' || text.startsWith('...', at);
}

function replace(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  let shown = '';
  let from = 0;
  for (const { start, end } of ranges) {
    shown += text.slice(from, start) + SHOWN;
    from = end;
  }
  return shown + text.slice(from);
}
