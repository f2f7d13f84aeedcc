import type { Context } from '../../model/context.ts';
import type { WatchedEngine } from '../../providers/docker/watch-engine.ts';
import { type EnginePrint, isAbout, printEngine } from './engine-print.ts';
import { lookWhenAsked } from './look-when-asked.ts';

export type Connect = (context: string | null, ctx: Context) => Promise<WatchedEngine>;

export interface EngineWatchOptions {
  readonly context: string | null;
  readonly stack: string;
  readonly connect: Connect;
  readonly onChange: () => void;
}

/** Between two looks: an operation is several events. */
const REST_MS = 50;
/** A pass does not wait longer for an engine to say what it has: the next one asks it anyway. */
const PRINT_MS = 5_000;
/** Between passes nobody waits. Who gave up a slow engine early would be deaf for the while that he takes to come back. */
const LATEST_PRINT_MS = 60_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A connection that is dead without our knowing is noticed so much later. */
const RENEW_MS = 600_000;

/** Listens to one engine, over one connection, and finds it again when it was gone. */
export class EngineWatch {
  readonly #options: EngineWatchOptions;
  readonly #ctx: Context;
  /** Of the run: when it ends, no pass is held up any more. */
  readonly #interrupt: AbortSignal;
  readonly #closing = new AbortController();
  readonly #look: () => void;
  #stream = new AbortController();
  #engine: WatchedEngine | null = null;
  #isListening = false;
  /** As the last pass left it; null: nobody knows. */
  #left: EnginePrint | null = null;
  /** As the pass found it, while there is one. */
  #found: EnginePrint | null = null;
  #isPass = false;
  #isTouched = false;
  #told: string | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: EngineWatchOptions, ctx: Context) {
    this.#options = options;
    this.#interrupt = ctx.signal;
    // Its own end, and not the run's: what is asked ends when nobody watches any more.
    this.#ctx = { ...ctx, signal: this.#closing.signal };
    const { clock } = ctx.system;
    this.#look = lookWhenAsked(() => this.#compare(), {
      clock,
      signal: this.#closing.signal,
      restMs: REST_MS,
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  async hold(): Promise<void> {
    this.#isPass = true;
    const isAsLeft = this.#isListening && !this.#isTouched && this.#told === null;
    this.#found = isAsLeft ? this.#left : await this.#print();
  }

  async settle(isWritten: boolean): Promise<void> {
    this.#isPass = true;
    this.#isTouched = false;
    const [found, left] = [this.#found, await this.#print()];
    this.#left = left;
    this.#found = null;
    this.#told = null;
    this.#isPass = false;
    // It may be there again in a moment, and then somebody has to look at it.
    if (left === null) return this.#stream.abort();
    if (!isWritten && found !== null && found.text !== left.text) this.#tell(left);
    if (this.#isTouched) this.#look();
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('nobody watches the engine any more'));
    this.#stream.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#ctx.system;
    const { signal } = this.#closing;
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; ) {
      const startedMs = clock.monotonic();
      await this.#listen();
      const isRenewal = clock.monotonic() - startedMs >= RENEW_MS;
      if (clock.monotonic() - startedMs > LONGEST_RETRY_MS) retryMs = FIRST_RETRY_MS;
      if (isRenewal) continue;
      await clock.sleep(retryMs, signal).catch(() => undefined);
      retryMs = Math.min(LONGEST_RETRY_MS, 2 * retryMs);
    }
  }

  /** Until the stream ends, however it does: that no engine is there is for the passes to say. */
  async #listen(): Promise<void> {
    const stream = new AbortController();
    const { signal } = stream;
    this.#stream = stream;
    const { clock } = this.#ctx.system;
    const renewal = clock.sleep(RENEW_MS, signal).then(() => stream.abort());
    // It only rejects because the stream ended before.
    renewal.catch(() => undefined);
    try {
      this.#engine = await this.#options.connect(this.#options.context, this.#ctx);
      const events = await this.#engine.events(signal);
      this.#isListening = true;
      // What happened before that was said to nobody.
      this.#look();
      for await (const event of events) {
        if (isAbout(event, this.#options.stack, this.#left?.ids ?? NONE)) this.#touch();
      }
    } catch {
      // Gone, or not there at all.
    } finally {
      this.#isListening = false;
      this.#engine = null;
      stream.abort();
    }
  }

  #touch(): void {
    this.#isTouched = true;
    this.#look();
  }

  async #compare(): Promise<void> {
    if (this.#isPass) {
      this.#isTouched = true;
      return;
    }
    const before = this.#left;
    const print = await this.#print(LATEST_PRINT_MS);
    if (print === null) return this.#stream.abort();
    if (this.#isPass) return;
    if (this.#left !== before) return this.#look();
    if (print.text !== before?.text) return this.#tell(print);
    this.#isTouched = false;
    this.#told = null;
  }

  #tell({ text }: EnginePrint): void {
    if (this.#told === text || this.#closing.signal.aborted) return;
    this.#told = text;
    this.#options.onChange();
  }

  /** Null when it does not say in time, or nobody waits for it any more. */
  async #print(limitMs = PRINT_MS): Promise<EnginePrint | null> {
    if (this.#interrupt.aborted) return null;
    const { clock } = this.#ctx.system;
    const done = new AbortController();
    const onInterrupt = (): void => done.abort();
    this.#interrupt.addEventListener('abort', onInterrupt);
    const ask = async (): Promise<EnginePrint> => {
      const { connect, context, stack } = this.#options;
      return await printEngine(stack, this.#engine ?? (await connect(context, this.#ctx)));
    };
    const late = clock.sleep(limitMs, done.signal).then(() => null);
    try {
      return await Promise.race([ask(), late]);
    } catch {
      return null;
    } finally {
      this.#interrupt.removeEventListener('abort', onInterrupt);
      done.abort();
    }
  }
}

const NONE: ReadonlySet<string> = new Set();
