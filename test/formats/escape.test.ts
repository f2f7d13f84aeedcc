import { describe, expect, it } from 'vitest';
import { escapeText, hasInvisibleCharacters } from '../../src/formats/escape.ts';

describe('escapeText', () => {
  it.each([
    ['a line feed', 'a\nb', 'a\\nb'],
    ['a carriage return', 'a\rb', 'a\\rb'],
    ['a tab', 'a\tb', 'a\\tb'],
    ['NUL', 'a\0b', 'a\\u0000b'],
    ['the escape that starts terminal sequences', '\u001b[2J', '\\u001b[2J'],
    ['DEL', '\u007f', '\\u007f'],
    ['a C1 control', '\u009b31m', '\\u009b31m'],
    ['a right-to-left override', 'user\u202etxt', 'user\\u202etxt'],
    ['bidi isolates', '\u2066a\u2069', '\\u2066a\\u2069'],
    ['the Arabic letter mark', '\u061c', '\\u061c'],
    ['a zero-width space', 'pay\u200bpal', 'pay\\u200bpal'],
    ['a zero-width joiner', 'a\u200db', 'a\\u200db'],
    ['a word joiner', '\u2060', '\\u2060'],
    ['a byte order mark', '\ufeffname', '\\ufeffname'],
    ['a soft hyphen', 'co\u00adop', 'co\\u00adop'],
    ['a Hangul filler', '\u3164', '\\u3164'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a paragraph separator', '\u2029', '\\u2029'],
    ['interlinear annotations', '\ufff9', '\\ufff9'],
    ['tag characters beyond the basic plane', '\u{e0041}', '\\u{e0041}'],
    ['a lone surrogate', '\ud800', '\\ud800'],
  ])('makes %s visible', (_, text, shown) => {
    expect(escapeText(text)).toBe(shown);
    expect(hasInvisibleCharacters(text)).toBe(true);
  });

  it.each([['', 'plain', 'C:\\temp\\u0041', 'naïve 名前 😀', '"quoted" \'too\' <b>&', 'a b']].flat())(
    'leaves %j as it is',
    (text) => {
      expect(escapeText(text)).toBe(text);
      expect(hasInvisibleCharacters(text)).toBe(false);
    },
  );

  it('escapes every occurrence, and what it returns stays as it is', () => {
    const once = escapeText('\u200b\u200b\n');
    expect(once).toBe('\\u200b\\u200b\\n');
    expect(escapeText(once)).toBe(once);
  });
});
