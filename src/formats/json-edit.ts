import { McpformError } from '../model/error.ts';
import { type Json, sameJson, toPointer } from '../model/json.ts';
import { type EditNode, growEditTree, valueOfNew } from './json-edit-tree.ts';
import { indented, type Layout, PLAIN_LAYOUT, printJson, printMember, separator } from './json-layout.ts';
import { isObjectAt, type Member, scanObject, skipValue, startOfJson } from './json-scan.ts';

/** One change of one member. Exactly the member named by the last key of `path` is touched. */
export interface JsonEdit {
  /** Keys from the root, as they stand in the text; never empty. */
  readonly path: readonly string[];
  /** The new value. Missing parent objects are made. Absent without `renameTo`: the member is removed. */
  readonly value?: Json;
  /** The new key, in place. With no `value` the value stays as it is spelled; edits below it still apply. */
  readonly renameTo?: string;
}

/**
 * The text with all edits made, in one pass. Every byte outside the edited members stays: indent, line ends, byte
 * order mark, key order, spelling of numbers and keys, what follows the last brace. New members go to the end of
 * their object and look like their neighbours; a member that already has the value keeps its spelling; removing what
 * is not there does nothing. `text` must be accepted by `JSON.parse` (but for the byte order mark).
 *
 * Throws `McpformError` where an edit has no one meaning: a parent that is not an object, a key that stands twice on
 * a path, a rename of nothing or onto a key that stays.
 */
export function editJson(text: string, edits: readonly JsonEdit[]): string {
  if (edits.length === 0) return text;
  const root = startOfJson(text);
  const splices: Splice[] = [];
  editValue({ node: growEditTree(edits), path: [], start: root, outer: rootLayout(text) }, { text, splices });
  return applySplices(text, splices);
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Editing {
  readonly text: string;
  /** Collected in any order; they never overlap. */
  readonly splices: Splice[];
}

interface Visit {
  readonly node: EditNode;
  readonly path: readonly string[];
  readonly start: number;
  /** The layout of the object that holds this value as a member. */
  readonly outer: Layout;
}

/** The root has no neighbours: its line break is the file's, and one level in there is no indent yet. */
function rootLayout(text: string): Layout {
  const lineFeed = text.indexOf('\n');
  const isCrLf = lineFeed > 0 && text[lineFeed - 1] === '\r';
  return isCrLf ? { ...PLAIN_LAYOUT, lineBreak: '\r\n' } : PLAIN_LAYOUT;
}

/** Edits inside the object at `start` and returns where it ends. */
function editValue({ node, path, start, outer }: Visit, editing: Editing): number {
  const { text } = editing;
  if (!isObjectAt(text, start)) {
    throw new McpformError('JSON_NOT_AN_OBJECT', `${nameOf(path)} is not an object`);
  }
  let layout = indented(outer);
  let isFirst = true;
  const { members, close } = scanObject(text, start, (member) => {
    if (isFirst) layout = firstLayout(text.slice(start + 1, member.keyStart), outer);
    isFirst = false;
    const child = node.children.get(member.key);
    if (child === undefined || child.children.size === 0) return skipValue(text, member.valueStart);
    const inner = withColon(layout, text.slice(member.keyEnd, member.valueStart));
    return editValue(
      { node: child, path: [...path, member.key], start: member.valueStart, outer: inner },
      editing,
    );
  });
  refuseAmbiguity(node, members, path);
  const shape = { open: start, close, members, layout };
  for (const member of members) editMember(member, node.children.get(member.key), { shape, editing });
  editMembership(node, { shape, editing, outer });
  return close + 1;
}

interface Shape {
  readonly open: number;
  readonly close: number;
  readonly members: readonly Member[];
  readonly layout: Layout;
}

/** What the white space before an object's first member says about the layout of all of them. */
function firstLayout(lead: string, outer: Layout): Layout {
  const lineFeed = Math.max(lead.lastIndexOf('\n'), lead.lastIndexOf('\r'));
  if (lineFeed === -1) return { ...outer, lineBreak: null };
  const indent = lead.slice(lineFeed + 1);
  const isDeeper = indent.startsWith(outer.indent);
  return {
    ...outer,
    lineBreak: lead.includes('\r\n') ? '\r\n' : (lead[lineFeed] as string),
    indent,
    unit: isDeeper ? indent.slice(outer.indent.length) : outer.unit,
  };
}

function editMember(
  member: Member,
  edit: EditNode | undefined,
  { shape, editing }: { shape: Shape; editing: Editing },
): void {
  if (edit === undefined || edit.isRemoved) return;
  const { text, splices } = editing;
  if (edit.renameTo !== undefined && edit.renameTo !== member.key) {
    splices.push({ start: member.keyStart, end: member.keyEnd, text: JSON.stringify(edit.renameTo) });
  }
  if (edit.value === undefined) return;
  const before = text.slice(member.valueStart, member.valueEnd);
  if (sameJson(JSON.parse(before) as Json, edit.value)) return;
  const printed = printJson(edit.value, replacementLayout(before, memberLayout(shape, text)));
  splices.push({ start: member.valueStart, end: member.valueEnd, text: printed });
}

/** A list or object that shared one line keeps to one line. */
function replacementLayout(before: string, layout: Layout): Layout {
  const isNested = before.startsWith('[') || before.startsWith('{');
  if (!isNested || before.length <= 2 || /[\r\n]/.test(before)) return layout;
  return { ...layout, lineBreak: null, gap: /,\S/.test(before) ? '' : ' ' };
}

/** The object's layout with colon and comma as its last members show them. */
function memberLayout({ members, layout }: Shape, text: string): Layout {
  const last = members.at(-1);
  if (last === undefined) return layout;
  const learned = withColon(layout, text.slice(last.keyEnd, last.valueStart));
  const before = members.at(-2);
  if (before === undefined) return learned;
  const behind = text.slice(before.valueEnd, last.keyStart);
  const gap = behind.slice(behind.indexOf(',') + 1);
  return /[\r\n]/.test(gap) ? learned : { ...learned, gap };
}

/** White space behind the colon is taken for white space behind commas too, until a comma says otherwise. */
function withColon(layout: Layout, colon: string): Layout {
  if (/[\r\n]/.test(colon)) return layout;
  return { ...layout, colon, gap: colon.slice(colon.indexOf(':') + 1) };
}

/** Removes members with the comma that belongs to them, and adds new ones at the end. */
function editMembership(
  node: EditNode,
  { shape, editing, outer }: { shape: Shape; editing: Editing; outer: Layout },
): void {
  const { open, close, members } = shape;
  const { text, splices } = editing;
  const layout = memberLayout(shape, text);
  const added = newMembers(node, members).map(([key, value]) => printMember(key, value, layout));
  const isRemoved = (member: Member): boolean => node.children.get(member.key)?.isRemoved === true;
  const lastKept = members.findLastIndex((member) => !isRemoved(member));
  const first = members[0];
  const last = members.at(-1);
  const joined = added.join(`,${separator(layout)}`);

  removeBefore(members.slice(0, lastKept + 1), { isRemoved, splices });
  if (first === undefined || last === undefined) {
    if (added.length > 0) splices.push({ start: open + 1, end: close, text: framed(joined, layout, outer) });
  } else if (lastKept === -1) {
    if (added.length > 0) splices.push({ start: first.keyStart, end: last.valueEnd, text: joined });
    else splices.push({ start: open + 1, end: close, text: '' });
  } else if (added.length > 0 || lastKept < members.length - 1) {
    const start = (members[lastKept] as Member).valueEnd;
    const tail = added.length > 0 ? `,${separator(layout)}${joined}` : '';
    splices.push({ start, end: last.valueEnd, text: tail });
  }
}

/** Every run of removed members goes with what stands between it and the next member that stays. */
function removeBefore(
  members: readonly Member[],
  { isRemoved, splices }: { isRemoved: (member: Member) => boolean; splices: Splice[] },
): void {
  let start: number | null = null;
  for (const member of members) {
    if (isRemoved(member)) start ??= member.keyStart;
    else if (start !== null) {
      splices.push({ start, end: member.keyStart, text: '' });
      start = null;
    }
  }
}

function newMembers(node: EditNode, members: readonly Member[]): readonly (readonly [string, Json])[] {
  const present = new Set(members.map(({ key }) => key));
  return [...node.children].flatMap(([key, child]): [string, Json][] => {
    if (present.has(key)) return [];
    const value = valueOfNew(child);
    return value === undefined ? [] : [[child.renameTo ?? key, value]];
  });
}

function framed(members: string, layout: Layout, outer: Layout): string {
  return layout.lineBreak === null ? members : separator(layout) + members + layout.lineBreak + outer.indent;
}

/** Two members of one name, before or after: `JSON.parse` takes the last, other readers the first. */
function refuseAmbiguity(node: EditNode, members: readonly Member[], path: readonly string[]): void {
  const present = new Set<string>();
  for (const { key } of members) {
    if (present.has(key) && node.names.has(key)) {
      throw new McpformError('JSON_DUPLICATE_KEY', `${nameOf([...path, key])} stands there twice`);
    }
    present.add(key);
  }
  const taken = new Set([...present].filter((key) => !leaves(node.children.get(key), key)));
  for (const [key, child] of node.children) {
    if (child.renameTo === undefined) continue;
    if (!present.has(key) && child.value === undefined) {
      throw new McpformError('JSON_KEY_MISSING', `${nameOf([...path, key])} is not there to be renamed`);
    }
    if (taken.has(child.renameTo) || isAdded(node.children.get(child.renameTo), child.renameTo, present)) {
      throw new McpformError('JSON_KEY_TAKEN', `${nameOf([...path, child.renameTo])} is there already`);
    }
    taken.add(child.renameTo);
  }
}

/** Whether the member gives its key up. */
function leaves(edit: EditNode | undefined, key: string): boolean {
  return edit !== undefined && (edit.isRemoved || (edit.renameTo !== undefined && edit.renameTo !== key));
}

function isAdded(edit: EditNode | undefined, key: string, present: ReadonlySet<string>): boolean {
  return (
    edit !== undefined && edit.renameTo === undefined && !present.has(key) && valueOfNew(edit) !== undefined
  );
}

function nameOf(path: readonly string[]): string {
  return path.length === 0 ? 'the document' : `"${toPointer(path)}"`;
}

function applySplices(text: string, splices: readonly Splice[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const splice of splices.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, splice.start), splice.text);
    at = splice.end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}
