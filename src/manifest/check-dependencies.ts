import type { Problems } from './problem.ts';

/** `dependsOn` by server, every declared server included. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** Names nobody declares, and circles: one finding per circle, with the path printed. */
export function checkDependencies(dependencies: Dependencies, problems: Problems): void {
  for (const [server, needs] of dependencies) {
    needs.forEach((need, index) => {
      if (dependencies.has(need)) return;
      const path = ['servers', server, 'dependsOn', String(index)];
      problems.error('MANIFEST_DEPENDENCY_UNKNOWN', path, `server "${need}" is not declared`, {
        near: [need, dependencies.keys()],
      });
    });
  }
  for (const circle of findCircles(dependencies)) {
    const [server, need] = circle as [string, string];
    const index = dependencies.get(server)?.indexOf(need) ?? 0;
    const path = ['servers', server, 'dependsOn', String(index)];
    problems.error(
      'MANIFEST_CYCLE',
      path,
      `servers depend on one another in a circle: ${circle.join(' → ')}`,
      {
        hint: 'remove one of these from dependsOn',
      },
    );
  }
}

/** Circles without a common server; each starts and ends with the same name. Linear, without recursion. */
function findCircles(dependencies: Dependencies): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const done = leadNowhere(dependencies);
  for (const start of dependencies.keys()) {
    const walk: string[] = [];
    const position = new Map<string, number>();
    let at: string | undefined = start;
    while (at !== undefined && !done.has(at) && !position.has(at)) {
      position.set(at, walk.length);
      walk.push(at);
      at = dependencies
        .get(at)
        ?.find((need) => dependencies.has(need) && (!done.has(need) || position.has(need)));
    }
    const from = at === undefined ? undefined : position.get(at);
    if (from !== undefined) circles.push([...walk.slice(from), at as string]);
    for (const name of walk) done.add(name);
  }
  return circles;
}

/** Servers from which no circle can be reached: taken away from the leaves inwards. */
function leadNowhere(dependencies: Dependencies): Set<string> {
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [server, needs] of dependencies) {
    const known = needs.filter((need) => dependencies.has(need));
    waiting.set(server, known.length);
    for (const need of known) {
      const waitingForIt = dependents.get(need);
      if (waitingForIt === undefined) dependents.set(need, [server]);
      else waitingForIt.push(server);
    }
  }
  const ready = [...waiting].filter(([, count]) => count === 0).map(([server]) => server);
  for (let next = 0; next < ready.length; next += 1) {
    for (const server of dependents.get(ready[next] as string) ?? []) {
      const count = (waiting.get(server) as number) - 1;
      waiting.set(server, count);
      if (count === 0) ready.push(server);
    }
  }
  return new Set(ready);
}
