/** A line, and whose it is. */
export interface Sourced<Line, Source> {
  readonly source: Source;
  readonly line: Line;
}

export interface LineSource<Line, Source> {
  readonly source: Source;
  /** Oldest first. */
  readonly lines: AsyncIterable<Line>;
}

/** All lines, oldest first. Holds one line of each source at a time. */
export async function* mergeByTime<Line extends { readonly time: string }, Source>(
  sources: readonly LineSource<Line, Source>[],
): AsyncGenerator<Sourced<Line, Source>, void, void> {
  const open = sources.map(({ source, lines }) => ({ source, lines: lines[Symbol.asyncIterator]() }));
  try {
    let heads = await Promise.all(open.map(async (each) => ({ ...each, next: await each.lines.next() })));
    for (;;) {
      heads = heads.filter(({ next }) => next.done !== true);
      const [first, ...others] = heads;
      if (first === undefined) return;
      const oldest = others.reduce((a, b) => (isBefore(b.next.value, a.next.value) ? b : a), first);
      yield { source: oldest.source, line: oldest.next.value };
      oldest.next = await oldest.lines.next();
    }
  } finally {
    await Promise.all(open.map(({ lines }) => lines.return?.()));
  }
}

/** Engines write one clock with nine digits; from several, milliseconds are all that can be compared. */
function isBefore(a: { readonly time: string }, b: { readonly time: string }): boolean {
  const [x, y] = [Date.parse(a.time), Date.parse(b.time)];
  return x === y ? a.time < b.time : x < y;
}

/** All lines, each as soon as it is there. */
export async function* mergeAsTheyCome<Line, Source>(
  sources: readonly LineSource<Line, Source>[],
): AsyncGenerator<Sourced<Line, Source>, void, void> {
  const open = sources.map(({ source, lines }) => ({ source, lines: lines[Symbol.asyncIterator]() }));
  const next = async (each: (typeof open)[number]) => ({ each, result: await each.lines.next() });
  const waiting = new Map(open.map((each) => [each, next(each)]));
  try {
    while (waiting.size > 0) {
      const { each, result } = await Promise.race(waiting.values());
      if (result.done === true) {
        waiting.delete(each);
        continue;
      }
      waiting.set(each, next(each));
      yield { source: each.source, line: result.value };
    }
  } finally {
    // A source that waits for its next line ends with the signal, not before: nobody waits for that.
    for (const [{ lines }, pending] of waiting) {
      pending.catch(() => undefined);
      lines.return?.().then(undefined, () => undefined);
    }
  }
}
