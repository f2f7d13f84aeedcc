import { isAlias, isCollection, isMap, isScalar, type Node, type Pair, type YAMLMap } from 'yaml';
import { McpformError } from '../model/error.ts';
import { isJsonObject, type JsonObject, sameJson } from '../model/json.ts';
import { parseYaml } from './yaml-parse.ts';
import { printMembers } from './yaml-print.ts';

/**
 * The text with members added at the end of the mapping under a top-level key, which is created if it is missing
 * or empty. Every other byte stays: comments, order, quotes, indentation, line ends, byte order mark. New members
 * take the indentation of their neighbours. Throws MANIFEST_NOT_EDITABLE, with what to do, when the text is no
 * mapping, the key holds something else, or a name is there already.
 */
export function addMembers(text: string, key: string, members: JsonObject): string {
  if (Object.keys(members).length === 0) return text;
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const body = text.slice(mark.length);
  const before = read(body);
  const edited = insert(body, before.root, { key, members, eol: body.includes('\r\n') ? '\r\n' : '\n' });
  const expected = { ...before.value, [key]: { ...(before.value[key] as JsonObject | null), ...members } };
  if (sameJson(read(edited).value, expected)) return mark + edited;
  throw notEditable(`\`${key}\` is written in a way that cannot be added to`);
}

function read(text: string): { value: JsonObject; root: YAMLMap } {
  const { value, document } = parseYaml(new TextEncoder().encode(text), '');
  const root = document?.contents;
  if (!isJsonObject(value) || !isMap(root)) throw notEditable('the file is not a YAML map');
  return { value, root };
}

function insert(text: string, root: YAMLMap, edit: Edit): string {
  const pair = root.items.find((item) => isScalar(item.key) && item.key.value === edit.key);
  if (root.flow === true) return insertIntoFlow(text, root, edit);
  return pair === undefined ? addKey(text, root, edit) : addBeneath(text, pair as NodePair, edit);
}

type NodePair = Pair<Node, Node | null>;

interface Edit {
  readonly key: string;
  readonly members: JsonObject;
  readonly eol: string;
}

function addKey(text: string, root: YAMLMap, { key, members, eol }: Edit): string {
  const column = columnOf(text, root);
  const at = skipComments(text, endOfLine(text, endOfNode(root)), column);
  const layout = { indent: ' '.repeat(column), step: '  ', eol };
  return insertLines(text, at, printMembers({ [key]: members }, layout), eol);
}

function addBeneath(text: string, pair: NodePair, { key, members, eol }: Edit): string {
  const { value } = pair;
  if (isMap(value) && value.items.length > 0) {
    requireFree(value, key, members);
    if (value.flow === true) return insertFlow(text, value, members);
    const column = columnOf(text, value.items[0]?.key as Node);
    const layout = { indent: ' '.repeat(column), step: stepOf(text, value, column), eol };
    const at = skipComments(text, endOfLine(text, endOfNode(value)), column);
    return insertLines(text, at, printMembers(members, layout), eol);
  }
  if (value !== null && !isEmpty(value)) throw notEditable(`\`${key}\` is not a plain map`);
  const bare = withoutValue(text, value);
  const column = columnOf(text, pair.key);
  const at = skipComments(bare, endOfLine(bare, endOf(pair.key)), column + 1);
  return insertLines(
    bare,
    at,
    printMembers(members, { indent: ' '.repeat(column + 2), step: '  ', eol }),
    eol,
  );
}

function insertIntoFlow(text: string, root: YAMLMap, { key, members }: Edit): string {
  const value = root.get(key, true);
  if (value === undefined) return insertFlow(text, root, { [key]: members });
  if (!isMap(value)) throw notEditable(`\`${key}\` is not a plain map`);
  requireFree(value, key, members);
  return insertFlow(text, value, members);
}

function requireFree(map: YAMLMap, key: string, members: JsonObject): void {
  const taken = Object.keys(members).find((name) => map.has(name));
  if (taken !== undefined) throw notEditable(`\`${key}\` already has "${taken}"`);
}

function isEmpty(value: Node): boolean {
  if (value.anchor !== undefined || value.tag !== undefined || isAlias(value)) return false;
  return isMap(value) || (isScalar(value) && value.value === null);
}

/** The text without a written `{}`, `~` or `null`. */
function withoutValue(text: string, value: Node | null): string {
  const [start, end] = value?.range ?? [0, 0];
  if (start === end) return text;
  const before = text.slice(0, start);
  return before.replace(/ +$/, '') + text.slice(end);
}

/** A flow mapping takes its new members in JSON, which is YAML, so that a JSON file stays one. */
function insertFlow(text: string, map: YAMLMap, members: JsonObject): string {
  const written = Object.entries(members).map(
    ([name, value]) => `${JSON.stringify(name)}: ${flowJson(value)}`,
  );
  const last = map.items.at(-1) as NodePair | undefined;
  const at =
    last === undefined ? ((map.range as readonly number[])[0] as number) + 1 : endOf(last.value ?? last.key);
  return text.slice(0, at) + (last === undefined ? '' : ', ') + written.join(', ') + text.slice(at);
}

function flowJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`;
  });
}

function insertLines(text: string, at: number, lines: string, eol: string): string {
  const before = text.slice(0, at);
  const gap = before === '' || before.endsWith('\n') ? '' : eol;
  return before + gap + lines + text.slice(at);
}

/** How much deeper the neighbours' own members stand. */
function stepOf(text: string, map: YAMLMap, column: number): string {
  for (const { value } of map.items) {
    if (!isMap(value) || value.flow === true || value.items.length === 0) continue;
    return ' '.repeat(Math.max(1, columnOf(text, value.items[0]?.key as Node) - column));
  }
  return '  ';
}

/** Where the last thing written in the node ends; comments after it do not count. */
function endOfNode(node: Node): number {
  if (!isCollection(node) || node.flow === true) return endOf(node);
  const last = node.items.at(-1) as NodePair | Node | undefined;
  if (last === undefined) return endOf(node);
  if (!('key' in last)) return endOfNode(last);
  const { key, value } = last as NodePair;
  return value === null || (isScalar(value) && value.range?.[0] === value.range?.[1])
    ? endOf(key)
    : endOfNode(value);
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

function columnOf(text: string, node: Node): number {
  const start = node.range?.[0] ?? 0;
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return line.length;
}

/** The start of the next line, or the end of the text. A block scalar already ends there. */
function endOfLine(text: string, at: number): number {
  if (text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** Past the comment lines that stand at least this deep, and the blank lines between them. */
function skipComments(text: string, from: number, column: number): number {
  let end = from;
  for (let at = from; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(at, next);
    const isComment = /^ *#/.test(line) && line.indexOf('#') >= column;
    if (!isComment && line.trim() !== '') break;
    if (isComment) end = next;
    at = next;
  }
  return end;
}

function notEditable(message: string): McpformError {
  return new McpformError('MANIFEST_NOT_EDITABLE', message, {
    hint: 'add the servers by hand, or import into a new file with `-f`',
  });
}
