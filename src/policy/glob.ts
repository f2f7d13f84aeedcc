/**
 * Whether every text that `text` may stand for is meant by the pattern: for allowing. Anchored, exact in case.
 * `*` takes any run of characters but no `${NAME}`, whose value nobody knows yet, and none of `untaken`; only the
 * bare pattern `*` takes everything.
 */
export function isCovered(pattern: string, text: string, untaken: RegExp | null = null): boolean {
  if (pattern === '*') return true;
  return aligns(tokensOf(pattern), tokensOf(text), {
    isMany: (token) => token === '*',
    takes: (token) => !isVariable(token) && !untaken?.test(token),
    fits: (a, b) => a === b,
  });
}

/**
 * Whether the text, whatever its `${NAME}` stand for, may be meant by the pattern: for denying and warning.
 * Anchored, without regard to case.
 */
export function mayMatch(pattern: string, text: string): boolean {
  return aligns(tokensOf(pattern.toLowerCase()), tokensOf(text.toLowerCase()), {
    isMany: (token) => token === '*',
    takes: () => true,
    fits: (a, b) => a === b,
    isUnknown: isVariable,
  });
}

/** Whether words align with patterns, one to one; the pattern `**` takes any number of them. */
export function wordsAlign(
  patterns: readonly string[],
  words: readonly string[],
  fits: (pattern: string, word: string) => boolean,
): boolean {
  return aligns(patterns, words, { isMany: (pattern) => pattern === '**', takes: () => true, fits });
}

/** Characters, with each `${…}` as one token. */
function tokensOf(text: string): readonly string[] {
  return text.match(/\$\{[^}]*\}|./gsu) ?? [];
}

function isVariable(token: string): boolean {
  return token.startsWith('${');
}

interface Alignment {
  readonly isMany: (pattern: string) => boolean;
  /** Whether a many-pattern may take this item. */
  readonly takes: (item: string) => boolean;
  readonly fits: (pattern: string, item: string) => boolean;
  /** An item that may stand for any run of items. */
  readonly isUnknown?: (item: string) => boolean;
}

/** One row per pattern item: which suffixes of the text are reachable. Takes time pattern × text, never more. */
function aligns(pattern: readonly string[], text: readonly string[], rules: Alignment): boolean {
  const { isMany, takes, fits, isUnknown = () => false } = rules;
  let row = reachWithout(text, isUnknown);
  for (const each of pattern) {
    const next = new Array<boolean>(text.length + 1).fill(false);
    for (let at = 0; at <= text.length; at++) {
      const item = text[at - 1];
      const before = at > 0 && row[at - 1] === true;
      const here = at > 0 && next[at - 1] === true;
      if (isMany(each)) {
        next[at] = row[at] === true || (here && item !== undefined && takes(item));
      } else {
        next[at] = before && item !== undefined && (isUnknown(item) || fits(each, item));
      }
      // An unknown stands for nothing, or for one more of what came before it.
      if (item !== undefined && isUnknown(item)) next[at] ||= here || row[at] === true;
    }
    row = next;
  }
  return row[text.length] === true;
}

function reachWithout(text: readonly string[], isUnknown: (item: string) => boolean): boolean[] {
  const row = [true];
  for (const item of text) row.push(row.at(-1) === true && isUnknown(item));
  return row;
}
