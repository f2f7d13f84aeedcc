import { isJsonObject, type Json } from '../model/json.ts';
import type { Path, Problem } from './problem.ts';

/** The problems in the order of the document: as one reads it from top to bottom. */
export function inOrder(problems: readonly Problem[], document: Json): readonly Problem[] {
  const positions = new WeakMap<object, ReadonlyMap<string, number>>();
  return problems
    .map((problem) => ({ problem, order: orderOf(problem.path, document, positions) }))
    .sort((a, b) => compare(a.order, b.order))
    .map(({ problem }) => problem);
}

function orderOf(
  path: Path,
  document: Json,
  positions: WeakMap<object, ReadonlyMap<string, number>>,
): readonly number[] {
  const order: number[] = [];
  let value: Json | undefined = document;
  for (const key of path) {
    if (Array.isArray(value)) {
      order.push(Number(key));
      value = value[Number(key)];
    } else if (isJsonObject(value)) {
      const known = positions.get(value) ?? new Map(Object.keys(value).map((each, index) => [each, index]));
      positions.set(value, known);
      order.push(known.get(key) ?? -1);
      value = known.has(key) ? value[key] : undefined;
    } else break;
  }
  return order;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, position] of a.entries()) {
    const difference = position - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
