import { resolve, sep } from 'node:path';
import { toPointer } from '../../model/json.ts';
import type { Container } from '../../model/provider.ts';
import type { Place } from '../../model/resource.ts';

export function placeIn(container: Container, name: string): Place {
  const path = [...container.path, name];
  const { file, isShared } = container;
  return { key: containerKey(file, path), file, path, isShared };
}

export function containerOf({ file, path, isShared }: Place): Container {
  return { file, path: path.slice(0, -1), isShared };
}

/** A file and a path of keys in it, as one text. */
export function containerKey(file: string, path: readonly string[]): string {
  return `${file}#${toPointer(path)}`;
}

/** By spelling alone, links not resolved. */
export function isInside(path: string, folder: string): boolean {
  const inner = resolve(path);
  const outer = resolve(folder);
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}
