/**
 * Text that is safe to show on one line: control characters (line ends and tabs included), bidirectional
 * and zero-width characters, line and paragraph separators, other invisible format characters and lone
 * surrogates become visible as `\n`, `\r`, `\t` or `\u202e` (`\u{e0041}` beyond the basic plane). All other
 * text is returned as it is, so a text that has none of these comes back identical. Not meant to be undone.
 */
export function escapeText(text: string): string {
  return INVISIBLE.test(text) ? text.replace(INVISIBLE_ALL, escapeCharacter) : text;
}

/** Whether `escapeText` would change the text: for names, which must not hold such characters at all. */
export function hasInvisibleCharacters(text: string): boolean {
  return INVISIBLE.test(text);
}

/**
 * A JSON text with the same characters written as JSON escapes, so that it means the same and shows nothing that it
 * does not say. Line ends are left: outside strings they are layout, and inside there are none.
 */
export function escapeJson(text: string): string {
  return text.replace(INVISIBLE_ALL, (character) => {
    if (character === '\n') return character;
    return Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join('');
  });
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

// \p{DI} (default ignorable) is the zero-width set: joiners, variation selectors, tags, Hangul fillers.
const CLASS = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';
const INVISIBLE = new RegExp(CLASS, 'u');
const INVISIBLE_ALL = new RegExp(CLASS, 'gu');

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const hex = (character.codePointAt(0) as number).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}
