import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode } from 'yaml';
import type { YamlDocument } from './yaml-compose.ts';

/** Where a value is, or its key. */
export interface YamlPlace {
  readonly offset: number;
  /** False when only a place above it is there: the nearest. */
  readonly isExact: boolean;
}

/** The place of a path of keys in a document. What is not there has the place of what should hold it. */
export function findPlace(document: YamlDocument, path: readonly string[], part: 'key' | 'value'): YamlPlace {
  let node: Node | null = document.contents;
  let offset = startOf(node);
  for (const [depth, key] of path.entries()) {
    const child = childOf(resolve(node, document), key);
    if (child === null) return { offset, isExact: false };
    const isLast = depth === path.length - 1;
    // Above a missing or faulty part the key says more than the value: the value may start lines below.
    offset = !isLast || part === 'key' ? child.offset : valueOffset(child);
    node = child.value;
  }
  return { offset, isExact: true };
}

interface Child {
  /** Of the key, or of the item of a list. */
  readonly offset: number;
  readonly value: Node | null;
}

function childOf(node: Node | null, key: string): Child | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item === undefined ? null : { offset: startOf(item), value: item };
  }
  if (!isMap(node)) return null;
  const pairs = node.items as Pair<ParsedNode, ParsedNode | null>[];
  const pair = pairs.find((each) => isScalar(each.key) && each.key.value === key);
  return pair === undefined ? null : { offset: startOf(pair.key), value: pair.value };
}

/** An empty value has no place of its own; a map or list starts at its key, not at its first line. */
function valueOffset({ offset, value }: Child): number {
  if (value === null) return offset;
  const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true;
  const isEmpty = isScalar(value) && value.value === null && value.source === '';
  return isBlock || isEmpty ? offset : startOf(value);
}

function resolve(node: Node | null, document: YamlDocument): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
