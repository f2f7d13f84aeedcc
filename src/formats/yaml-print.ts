import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { hasInvisibleCharacters } from './escape.ts';

export interface Layout {
  /** White space before each member. */
  readonly indent: string;
  /** White space that each level adds. */
  readonly step: string;
  readonly eol: string;
}

/**
 * The members of an object as YAML in block style: one fact per line, in the object's order, text in quotes only
 * where YAML needs them or would show something invisible. Ends with a line end; empty for an empty object.
 */
export function printMembers(value: JsonObject, layout: Layout): string {
  return Object.entries(value)
    .map(([key, member]) => `${layout.indent}${printScalar(key)}:${printValue(member, layout)}`)
    .join('');
}

/** What follows a key's colon or an item's dash, to the end of its last line. */
function printValue(value: Json, layout: Layout): string {
  const { indent, step, eol } = layout;
  const deeper = { ...layout, indent: indent + step };
  if (Array.isArray(value)) {
    return value.length === 0 ? ` []${eol}` : eol + value.map((item) => printItem(item, deeper)).join('');
  }
  if (isJsonObject(value)) {
    return Object.keys(value).length === 0 ? ` {}${eol}` : eol + printMembers(value, deeper);
  }
  return ` ${printScalar(value as string | number | boolean | null)}${eol}`;
}

/** A mapping or list in a list starts on the dash's own line, as YAML's compact form has it. */
function printItem(item: Json, layout: Layout): string {
  const { indent, eol } = layout;
  const text = printValue(item, { ...layout, step: '  ' });
  return text.startsWith(eol)
    ? `${indent}- ${text.slice(eol.length + indent.length + 2)}`
    : `${indent}-${text}`;
}

function printScalar(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return isPlain(value) ? value : quote(value);
}

/** Text that every YAML reader takes for this very text without quotes, in block style. */
function isPlain(text: string): boolean {
  return (
    /^(?:-{1,2}[\p{L}_]|[\p{L}_$/]|\.{1,2}\/)/u.test(text) &&
    !/: |:$| #| $/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) &&
    !hasInvisibleCharacters(text) &&
    !/[\ufffe\uffff]/.test(text)
  );
}

/** JSON's quotes are YAML's; what nobody would see is escaped too. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/gu, (character) => {
    const point = character.codePointAt(0) as number;
    const isShown = !hasInvisibleCharacters(character) && (point & 0xfffe) !== 0xfffe;
    if (isShown) return character;
    return point > 0xffff
      ? `\\U${point.toString(16).padStart(8, '0')}`
      : `\\u${point.toString(16).padStart(4, '0')}`;
  });
}
