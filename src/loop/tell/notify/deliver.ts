import type { Context } from '../../../model/context.ts';
import type { Delivery } from './sink.ts';

export interface Work<Item> {
  /** What comes next, and when on the monotonic clock; null: nothing until `wake`. */
  next(): { readonly item: Item; readonly dueMs: number } | null;
  send(item: Item, signal: AbortSignal): Promise<Delivery>;
  /** Told how each try went; after `sent` and `refused` it must not be next any more. */
  settled(item: Item, delivery: Delivery): void;
  /** In [0, 1). */
  readonly random?: () => number;
}

export interface Courier {
  /** There may be something new. */
  wake(): void;
  /** What is on its way may arrive within a second; nothing is begun any more. */
  close(): Promise<void>;
}

/** Between two of one sink: Slack takes one a second. */
const GAP_MS = 1000;
const RETRY = { firstMs: 5000, mostMs: 5 * 60_000, mostAskedMs: 60 * 60_000 };
const LAST_WORDS_MS = 1000;

/** Brings one after the other to one sink, for as long as it takes, without anybody waiting for it. */
export function startCourier<Item>(
  work: Work<Item>,
  { system: { clock } }: Pick<Context, 'system'>,
): Courier {
  const over = new AbortController();
  let pause: { readonly end: AbortController; readonly canWake: boolean } | null = null;
  let isWoken = false;
  let isClosing = false;
  let failures = 0;
  let running: Promise<void> | null = null;

  const rest = async (ms: number, canWake: boolean): Promise<void> => {
    if (isClosing || (canWake && isWoken)) return;
    pause = { end: new AbortController(), canWake };
    await clock.sleep(ms, pause.end.signal).catch(() => undefined);
    pause = null;
  };
  const run = async (): Promise<void> => {
    for (;;) {
      isWoken = false;
      const due = work.next();
      if (due === null || isClosing) return;
      const waitMs = due.dueMs - clock.monotonic();
      if (waitMs > 0) {
        await rest(waitMs, true);
        continue;
      }
      const delivery = await attempt(work, due.item, over.signal);
      if (over.signal.aborted) return;
      work.settled(due.item, delivery);
      failures = delivery.kind === 'later' ? failures + 1 : 0;
      await rest(pauseMs(delivery, failures, work.random ?? Math.random), false);
    }
  };
  const start = (): void => {
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = null;
        if (isWoken && !isClosing) start();
      });
  };
  return {
    wake: () => {
      isWoken = true;
      if (pause?.canWake === true) pause.end.abort();
      if (!isClosing) start();
    },
    close: async () => {
      isClosing = true;
      pause?.end.abort();
      if (running === null) return;
      const enough = new AbortController();
      await Promise.race([running, clock.sleep(LAST_WORDS_MS, enough.signal).catch(() => undefined)]);
      enough.abort();
      over.abort();
    },
  };
}

async function attempt<Item>(work: Work<Item>, item: Item, signal: AbortSignal): Promise<Delivery> {
  try {
    return await work.send(item, signal);
  } catch {
    // Whatever it was, it may hold what must not be said.
    return { kind: 'later', why: 'failed in a way that nobody thought of' };
  }
}

/** Anything up to 5 s, twice that with each failure, at most 5 minutes; and as long as the other side asks for. */
function pauseMs(delivery: Delivery, failures: number, random: () => number): number {
  if (delivery.kind !== 'later') return GAP_MS;
  const longest = Math.min(RETRY.mostMs, RETRY.firstMs * 2 ** Math.min(failures - 1, 20));
  const asked = Math.min(delivery.afterMs ?? 0, RETRY.mostAskedMs);
  return Math.max(GAP_MS, Math.round(longest * random()), asked);
}
