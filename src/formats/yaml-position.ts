import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode } from 'yaml';
import type { YamlDocument } from './yaml-compose.ts';

/** Where a value is, or its key. */
export interface YamlPlace {
  readonly offset: number;
  /** Where the value ends, when it is there. */
  readonly end: number;
  /** False when only a place above it is there: the nearest. */
  readonly isExact: boolean;
}

export type PlaceFinder = (path: readonly string[], part: 'key' | 'value') => YamlPlace;

/**
 * Finds places of paths of keys in one document. What is not there has the place of what should hold it. Maps are
 * indexed when they are first passed through: there may be a finding for every key of a large one.
 */
export function placeFinder(document: YamlDocument): PlaceFinder {
  const index: Index = { document, maps: new WeakMap(), aliases: new WeakMap() };
  return (path, part) => {
    let node: Node | null = document.contents;
    let offset = startOf(node);
    for (const [depth, key] of path.entries()) {
      const child = childOf(follow(node, index), key, index);
      if (child === null) return { offset, end: offset, isExact: false };
      const isLast = depth === path.length - 1;
      // Above a missing or faulty part the key says more than the value: the value may start lines below.
      offset = !isLast || part === 'key' ? child.offset : valueOffset(child);
      node = child.value;
    }
    return { offset, end: node?.range?.[1] ?? offset, isExact: true };
  };
}

interface Index {
  readonly document: YamlDocument;
  readonly maps: WeakMap<Node, ReadonlyMap<string, Child>>;
  readonly aliases: WeakMap<Node, Node | null>;
}

interface Child {
  /** Of the key, or of the item of a list. */
  readonly offset: number;
  readonly value: Node | null;
}

function childOf(node: Node | null, key: string, index: Index): Child | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item === undefined ? null : { offset: startOf(item), value: item };
  }
  if (!isMap(node)) return null;
  const children = index.maps.get(node) ?? childrenOf(node.items as NodePair[]);
  index.maps.set(node, children);
  return children.get(key) ?? null;
}

type NodePair = Pair<ParsedNode, ParsedNode | null>;

function childrenOf(pairs: readonly NodePair[]): ReadonlyMap<string, Child> {
  return new Map(
    pairs.flatMap(({ key, value }) =>
      isScalar(key) && typeof key.value === 'string' ? [[key.value, { offset: startOf(key), value }]] : [],
    ),
  );
}

/** An alias is what it stands for. Asking the document for it is a walk through all of it. */
function follow(node: Node | null, { document, aliases }: Index): Node | null {
  if (!isAlias(node)) return node;
  const known = aliases.get(node);
  if (known !== undefined) return known;
  const target = node.resolve(document) ?? null;
  aliases.set(node, target);
  return target;
}

/** An empty value has no place of its own; a map or list starts at its key, not at its first line. */
function valueOffset({ offset, value }: Child): number {
  if (value === null) return offset;
  const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true;
  const isEmpty = isScalar(value) && value.value === null && value.source === '';
  return isBlock || isEmpty ? offset : startOf(value);
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
