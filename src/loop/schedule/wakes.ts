import type { Clock } from '../../model/system.ts';
import type { Wake } from '../model.ts';

/** A pass begins when nothing more came for this long… */
const TRAILING_MS = 100;
/** … but at the latest this long after the first. */
const LONGEST_MS = 300;
/** So many different ones are told apart. A pass looks at everything anyway: the others are only not named. */
const MOST_NAMED = 100;

/**
 * Reasons to make a pass, gathered until somebody takes them. What comes while a pass is made stays for the next
 * one, so it makes exactly one more.
 */
export class Wakes {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Wake>();
  #firstMs = 0;
  #lastMs = 0;
  #arrived: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never throws and never waits. A request is never dropped: somebody waits for it. */
  readonly offer = (wake: Wake): void => {
    const nowMs = this.#clock.monotonic();
    if (this.#pending.size === 0) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
    const key = keyOf(wake);
    if (wake.kind === 'request' || this.#pending.size < MOST_NAMED || this.#pending.has(key)) {
      this.#pending.set(key, wake);
    }
    this.#arrived?.();
  };

  /**
   * All that came, in the order of their first coming, once they have settled; empty when none did within `withinMs`.
   * Rejects with the signal's reason. One caller at a time.
   */
  async take(withinMs: number, signal: AbortSignal): Promise<readonly Wake[]> {
    signal.throwIfAborted();
    if (this.#pending.size === 0) await this.#waitForOne(withinMs, signal);
    if (this.#pending.size === 0) return [];
    for (let leftMs = this.#unsettledMs(); leftMs > 0; leftMs = this.#unsettledMs()) {
      await this.#clock.sleep(leftMs, signal);
    }
    const taken = [...this.#pending.values()];
    this.#pending.clear();
    return taken;
  }

  #unsettledMs(): number {
    const untilMs = Math.min(this.#lastMs + TRAILING_MS, this.#firstMs + LONGEST_MS);
    return untilMs - this.#clock.monotonic();
  }

  async #waitForOne(withinMs: number, signal: AbortSignal): Promise<void> {
    const came = new AbortController();
    const onAbort = (): void => came.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#arrived = () => came.abort();
    try {
      await this.#clock.sleep(withinMs, came.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (this.#pending.size === 0) throw error;
    } finally {
      this.#arrived = null;
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function keyOf(wake: Wake): string {
  switch (wake.kind) {
    case 'request':
      return `request ${wake.id}`;
    case 'webhook':
      return `webhook ${wake.delivery}`;
    case 'file':
      return `file ${wake.file}`;
    case 'engine':
      return `engine ${wake.engine}`;
    default:
      return wake.kind;
  }
}
