import type { Json } from '../model/json.ts';
import type { JsonEdit } from './json-edit.ts';

/** The edits of one member and below it. */
export interface EditNode {
  readonly children: Map<string, EditNode>;
  /** Every key that an edit of this object reads or writes, new names included. */
  readonly names: Set<string>;
  isRemoved: boolean;
  value: Json | undefined;
  renameTo: string | undefined;
}

/** The edits by path. Throws a plain `Error` for edits that contradict one another: that is the caller's bug. */
export function growEditTree(edits: readonly JsonEdit[]): EditNode {
  const root = newNode();
  for (const edit of edits) {
    if (edit.path.length === 0) throw new Error('an edit needs a path');
    addEdit(root, edit);
  }
  return root;
}

function addEdit(root: EditNode, { path, value, renameTo }: JsonEdit): void {
  let node = root;
  for (const [depth, key] of path.entries()) {
    if (isWhole(node)) throw new Error(`an edit lies inside another one, at depth ${depth}`);
    let child = node.children.get(key);
    if (child === undefined) {
      child = newNode();
      node.children.set(key, child);
    }
    node.names.add(key);
    if (depth === path.length - 1 && renameTo !== undefined) node.names.add(renameTo);
    node = child;
  }
  const isRename = renameTo !== undefined && value === undefined;
  if (isWhole(node) || node.renameTo !== undefined || (!isRename && node.children.size > 0)) {
    throw new Error('two edits have the same path, or one lies inside the other');
  }
  node.value = value;
  node.renameTo = renameTo;
  node.isRemoved = value === undefined && renameTo === undefined;
}

/** The member's whole value is decided here, so nothing can be edited below. */
function isWhole(node: EditNode): boolean {
  return node.isRemoved || node.value !== undefined;
}

/** The value of a member that is not there yet; undefined when its edits only remove. */
export function valueOfNew(node: EditNode): Json | undefined {
  if (node.value !== undefined) return node.value;
  const members = [...node.children].flatMap(([key, child]): [string, Json][] => {
    const value = valueOfNew(child);
    return value === undefined ? [] : [[child.renameTo ?? key, value]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function newNode(): EditNode {
  return { children: new Map(), names: new Set(), isRemoved: false, value: undefined, renameTo: undefined };
}
