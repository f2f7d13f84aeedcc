import { setTimeout as pause } from 'node:timers/promises';

/** One change that somebody made, and what became of it. */
export interface Drifted {
  readonly kind: string;
  readonly address: string;
  /** From the change to the first write that began to put it right, in ms; null when none came. */
  readonly firstMs: number | null;
  /** From the change until all was as declared, in ms; null when it never was. */
  readonly repairedMs: number | null;
}

/** Something that can be changed from outside. */
export interface Driftable {
  /** Changes one thing, by turns; resolves when the loop has put it right, or should have. */
  disturb(round: number): Promise<Drifted>;
}

export interface Watched<Picture> {
  readonly everyMs: number;
  readonly look: () => Promise<Picture>;
  /** The same text means that nobody has written. */
  readonly printOf: (picture: Picture) => string;
  readonly isRight: (picture: Picture) => boolean;
}

const PATIENCE_MS = 30_000;

/** Looks until all is right again. Call it when the change is made: that is when time begins. */
export async function timeRepair<Picture>({
  everyMs,
  look,
  printOf,
  isRight,
}: Watched<Picture>): Promise<Pick<Drifted, 'firstMs' | 'repairedMs'>> {
  const startMs = performance.now();
  let before: string | null = null;
  let firstMs: number | null = null;
  for (;;) {
    const picture = await look();
    const atMs = performance.now() - startMs;
    const print = printOf(picture);
    before ??= print;
    if (firstMs === null && print !== before) firstMs = atMs;
    if (isRight(picture)) return { firstMs: firstMs ?? atMs, repairedMs: atMs };
    if (atMs > PATIENCE_MS) return { firstMs, repairedMs: null };
    await pause(everyMs);
  }
}
