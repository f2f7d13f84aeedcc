import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/model/system.ts';

/** A machine's two clocks, moved by a test: sleeps end by the one that nobody can set. */
export class TwoClocks implements Clock {
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  #monotonicMs = 0;
  #wallMs: number;

  constructor(start = '2026-03-02T12:00:00Z') {
    this.#wallMs = Date.parse(start);
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  readonly now = (): number => this.#wallMs;
  readonly monotonic = (): number => this.#monotonicMs;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper = { untilMs: this.#monotonicMs + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });

  /** Somebody sets the clock on the wall, or the machine sleeps: both look the same. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  /** Time goes by, and whoever waits for it is woken in its turn. */
  async run(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await setImmediate();
    for (;;) {
      const next = [...this.#sleepers].reduce((a, b) => (b.untilMs < a.untilMs ? b : a), {
        untilMs: Number.POSITIVE_INFINITY,
        wake: () => {},
      });
      if (next.untilMs > endMs) break;
      this.#to(next.untilMs);
      this.#sleepers.delete(next);
      next.wake();
      await setImmediate();
    }
    this.#to(endMs);
  }

  #to(monotonicMs: number): void {
    const ms = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }
}
