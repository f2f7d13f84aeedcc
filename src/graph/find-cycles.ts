/**
 * Circles in a graph of names, each as the path that closes it: `a, b, a`. One per set of names that reach one
 * another through the edge that was met first; none is missed entirely. Not recursive: a chain may be long.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of edges.keys()) if (!done.has(start)) walk(start, edges, { done, cycles });
  return cycles;
}

function walk(
  start: string,
  edges: ReadonlyMap<string, readonly string[]>,
  { done, cycles }: { done: Set<string>; cycles: string[][] },
): void {
  const path = [start];
  const position = new Map([[start, 0]]);
  const pending = [[...(edges.get(start) ?? [])].reverse()];
  while (path.length > 0) {
    const next = pending.at(-1)?.pop();
    if (next === undefined) {
      const left = path.pop() as string;
      position.delete(left);
      pending.pop();
      done.add(left);
      continue;
    }
    const seenAt = position.get(next);
    if (seenAt !== undefined) cycles.push([...path.slice(seenAt), next]);
    if (seenAt !== undefined || done.has(next)) continue;
    position.set(next, path.length);
    path.push(next);
    pending.push([...(edges.get(next) ?? [])].reverse());
  }
}
