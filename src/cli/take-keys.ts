/** What somebody has typed so far, on a terminal that does nothing about it itself. */
export interface Typed {
  readonly line: string;
  /** The beginning of a key of which more has to come. */
  readonly rest: string;
  readonly isPasting: boolean;
  /** Return; Ctrl-D on an empty line; Ctrl-C. What follows is dropped. */
  readonly ended?: 'line' | 'input' | 'interrupt';
}

export const NOTHING_TYPED: Typed = { line: '', rest: '', isPasting: false };

/** How terminals frame what is pasted, when they were asked to. Its line ends do not end the line. */
const [PASTE_BEGINS, PASTE_ENDS] = ['\x1b[200~', '\x1b[201~'];

/** More of what is typed: editing as a terminal would, keys such as arrows dropped. */
export function takeKeys(before: Typed, text: string): Typed {
  let typed: Typed = { ...before, rest: before.rest + text };
  while (typed.rest !== '' && typed.ended === undefined) {
    const key = firstKey(typed.rest);
    if (key === null) break;
    typed = take({ ...typed, rest: typed.rest.slice(key.length) }, key);
  }
  return typed;
}

function take(typed: Typed, key: string): Typed {
  if (key === PASTE_BEGINS || key === PASTE_ENDS) return { ...typed, isPasting: key === PASTE_BEGINS };
  if (typed.isPasting) return { ...typed, line: typed.line + (key === '\r' ? '\n' : key) };
  const { line } = typed;
  switch (key) {
    case '\r':
    case '\n':
      return { ...typed, ended: 'line' };
    case '\x03':
      return { ...typed, ended: 'interrupt' };
    case '\x04':
      return line === '' ? { ...typed, ended: 'input' } : typed;
    case '\x7f':
    case '\b':
      return { ...typed, line: [...line].slice(0, -1).join('') };
    case '\x15':
      return { ...typed, line: '' };
    default:
      return /^[\0-\x08\x0b-\x1f]/.test(key) ? typed : { ...typed, line: line + key };
  }
}

/** A character, or the sequence of an arrow and the like. Null: more has to come. */
function firstKey(keys: string): string | null {
  if (!keys.startsWith('\x1b')) return String.fromCodePoint(keys.codePointAt(0) ?? 0);
  return /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O])/s.exec(keys)?.[0] ?? null;
}
