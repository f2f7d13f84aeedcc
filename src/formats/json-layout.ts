import { isJsonObject, type Json } from '../model/json.ts';

/** How the members of one object are laid out in a text, so that new ones look like their neighbours. */
export interface Layout {
  /** The line break between members; null when they share a line. */
  readonly lineBreak: string | null;
  /** White space before each member on its own line. */
  readonly indent: string;
  /** What one more level adds to `indent`. */
  readonly unit: string;
  /** Between key and value. */
  readonly colon: string;
  /** Behind a comma, where members share a line. */
  readonly gap: string;
}

/** What Claude Code, npm and most editors write. */
export const PLAIN_LAYOUT: Layout = { lineBreak: '\n', indent: '', unit: '  ', colon: ': ', gap: ' ' };

/** The layout one level further in, for an object that has no member to learn from. */
export function indented(layout: Layout): Layout {
  return { ...layout, indent: layout.indent + layout.unit };
}

/** What stands between two members, behind the comma. */
export function separator(layout: Layout): string {
  return layout.lineBreak === null ? layout.gap : layout.lineBreak + layout.indent;
}

/** A member as it stands in an object of this layout. */
export function printMember(key: string, value: Json, layout: Layout): string {
  return JSON.stringify(key) + layout.colon + printJson(value, layout);
}

/** A value as it stands behind a key of an object of this layout. */
export function printJson(value: Json, layout: Layout): string {
  if (Array.isArray(value)) {
    const inner = indented(layout);
    return wrap('[', ']', { items: value.map((item) => printJson(item, inner)), layout, inner });
  }
  if (!isJsonObject(value)) return JSON.stringify(value);
  const inner = indented(layout);
  const items = Object.keys(value).map((key) => printMember(key, value[key] as Json, inner));
  return wrap('{', '}', { items, layout, inner });
}

function wrap(
  open: string,
  close: string,
  { items, layout, inner }: { items: readonly string[]; layout: Layout; inner: Layout },
): string {
  if (items.length === 0) return open + close;
  const body = items.join(`,${separator(inner)}`);
  if (layout.lineBreak === null) return open + body + close;
  return open + separator(inner) + body + separator(layout) + close;
}
