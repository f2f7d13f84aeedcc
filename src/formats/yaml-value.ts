import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, type Scalar } from 'yaml';
import type { Json } from '../model/json.ts';
import { hasInvisibleCharacters } from './escape.ts';
import type { YamlDocument } from './yaml-compose.ts';
import type { YamlProblem } from './yaml-decode.ts';
import { FORBIDDEN_KEYS } from './yaml-keys.ts';

/** Values that aliases may add to what is written. A few hundred bytes of nested aliases can mean billions. */
const MAX_ALIASED_VALUES = 250_000;
const MAX_ALIASES = 50_000;

/** The document as plain JSON, and everything in it that is not plain YAML 1.2 with unique text keys. */
export function yamlValue(document: YamlDocument): { value: Json; problems: readonly YamlProblem[] } {
  const reader: Reader = {
    problems: [],
    anchors: new Map(),
    open: new Set(),
    values: 0,
    aliases: 0,
    aliased: 0,
  };
  return { value: read(document.contents, reader), problems: reader.problems };
}

interface Reader {
  readonly problems: YamlProblem[];
  readonly anchors: Map<string, { readonly value: Json; readonly size: number }>;
  /** Anchors whose value is being read: an alias to one of them would be a circle. */
  readonly open: Set<string>;
  values: number;
  aliases: number;
  aliased: number;
}

function read(node: ParsedNode | Node | null, reader: Reader): Json {
  if (node === null) return null;
  if (isAlias(node)) return readAlias(node.source, startOf(node), reader);
  checkTag(node, reader);
  const anchor = 'anchor' in node ? node.anchor : undefined;
  const before = reader.values + reader.aliased;
  reader.values += 1;
  if (anchor !== undefined) reader.open.add(anchor);
  const value = readContent(node, reader);
  if (anchor !== undefined) {
    reader.open.delete(anchor);
    reader.anchors.set(anchor, { value, size: reader.values + reader.aliased - before });
  }
  return value;
}

function readContent(node: Node, reader: Reader): Json {
  if (isScalar(node)) return readScalar(node, reader);
  if (isSeq(node)) return node.items.map((item) => read(item as ParsedNode, reader));
  if (isMap(node)) return readMap(node.items as Pair<ParsedNode, ParsedNode | null>[], reader);
  throw new Error('a YAML node of unknown kind');
}

function readScalar(node: Scalar, reader: Reader): Json {
  const { value } = node;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  // Only a tag makes anything else of a scalar, and tags are refused.
  if (typeof value !== 'number') return null;
  reader.problems.push({
    code: 'YAML_NUMBER',
    message: 'infinite and undefined numbers cannot be used',
    hint: 'put the value in quotes if it is meant as text',
    offset: startOf(node),
  });
  return null;
}

function readAlias(name: string, offset: number, reader: Reader): Json {
  const anchor = reader.anchors.get(name);
  reader.aliases += 1;
  if (anchor === undefined || reader.open.has(name)) {
    const isCircle = reader.open.has(name);
    reader.problems.push({
      code: 'YAML_ALIAS',
      message: isCircle
        ? `alias "*${name}" stands inside its own anchor`
        : `no anchor "&${name}" stands before this alias`,
      hint: isCircle ? 'a value cannot contain itself' : 'write the anchor above its first use',
      offset,
    });
    return null;
  }
  reader.aliased += anchor.size;
  const isOver = reader.aliases > MAX_ALIASES || reader.aliased > MAX_ALIASED_VALUES;
  if (!isOver) return anchor.value;
  if (!reader.problems.some(({ code }) => code === 'YAML_ALIAS_LIMIT')) {
    reader.problems.push({
      code: 'YAML_ALIAS_LIMIT',
      message: `aliases add more than ${MAX_ALIASED_VALUES} values, or there are more than ${MAX_ALIASES} of them`,
      hint: 'write the values out, or use fewer aliases inside anchors',
      offset,
    });
  }
  return null;
}

function readMap(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], reader: Reader): Json {
  const map: Record<string, Json> = {};
  for (const { key, value } of pairs) {
    const name = readKey(key, reader);
    const content = read(value, reader);
    if (name === null) continue;
    if (Object.hasOwn(map, name)) {
      reader.problems.push({
        code: 'YAML_DUPLICATE_KEY',
        message: `key "${name}" is written twice in one map`,
        hint: 'remove one of them',
        offset: startOf(key),
      });
    } else map[name] = content;
  }
  return map;
}

function readKey(key: ParsedNode, reader: Reader): string | null {
  const problem = keyProblem(key);
  if (problem === null) return (key as Scalar<string>).value;
  reader.problems.push({ ...problem, offset: startOf(key) });
  return null;
}

function keyProblem(key: ParsedNode): YamlProblem | null {
  if (!isScalar(key)) {
    return {
      code: 'YAML_KEY',
      message: 'a key must be text',
      hint: 'write a word or a quoted text before the ":"',
    };
  }
  const { value } = key;
  if (key.tag !== undefined || key.anchor !== undefined) {
    return {
      code: 'YAML_KEY',
      message: 'a key cannot have a tag or an anchor',
      hint: 'anchor the value instead',
    };
  }
  if (typeof value !== 'string') {
    const kind = value === null ? 'empty' : `a ${typeof value}`;
    return { code: 'YAML_KEY', message: `a key must be text, this one is ${kind}`, hint: 'put it in quotes' };
  }
  if (value === '<<') {
    return {
      code: 'YAML_MERGE_KEY',
      message: 'merge keys ("<<") are not YAML 1.2 and are not read',
      hint: 'use an alias for a whole value, or several files with -f',
    };
  }
  if (FORBIDDEN_KEYS.has(value))
    return { code: 'YAML_KEY', message: `key "${value}" is not allowed`, hint: 'use another name' };
  if (hasInvisibleCharacters(value)) {
    return {
      code: 'YAML_KEY',
      message: `key "${value}" has invisible or control characters`,
      hint: 'write it with visible characters',
    };
  }
  return null;
}

const CORE_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

function checkTag(node: Node, reader: Reader): void {
  const tag = 'tag' in node ? node.tag : undefined;
  if (tag === undefined || CORE_TAGS.has(tag)) return;
  reader.problems.push({
    code: 'YAML_TAG',
    message: `tag "${tag}" is not allowed`,
    hint: 'remove it: files are plain YAML 1.2',
    offset: startOf(node),
  });
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
