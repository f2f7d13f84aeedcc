import { dirname } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Begin, End, Journal } from '../model/journal.ts';
import type { AppendFile } from '../model/system.ts';
import type { Books } from './books.ts';
import { reasonOf } from './durable-file.ts';
import { exists } from './folder.ts';
import { printLine } from './journal-line.ts';

interface Batch {
  readonly begin: Begin[];
  readonly end: End[];
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface JournalOptions {
  readonly path: string;
  readonly lineage: string;
  readonly nextSeq: number;
  /** Whether the file had lines when it was read. */
  readonly hasLines: boolean;
  readonly books: Books;
  /** Runs once, before the first record is written. */
  readonly prepare: () => Promise<void>;
}

/**
 * The journal of a run. Records that come while an fsync is on its way share the next one: one append and one
 * fsync, however many. The books move when the records are on disk, not before. After the first failure nothing
 * is written any more, and every later call fails with the same error: a page that fsync could not write is gone
 * from the cache, and a second fsync would claim success.
 */
export class JournalFile implements Journal {
  readonly #options: JournalOptions;
  readonly #ctx: Pick<Context, 'system'>;
  #seq: number;
  #file: AppendFile | null = null;
  #waiting: Batch | null = null;
  #isWriting = false;
  #failure: McpformError | null = null;

  constructor(options: JournalOptions, ctx: Pick<Context, 'system'>) {
    this.#options = options;
    this.#ctx = ctx;
    this.#seq = options.nextSeq - 1;
  }

  /** Why nothing can be recorded any more; null while all is well. */
  get failure(): McpformError | null {
    return this.#failure;
  }

  /** Of the last line on disk. */
  get lastSeq(): number {
    return this.#seq;
  }

  /** Whether anything is in the file, this run's or an earlier one's. */
  get hasLines(): boolean {
    return this.#options.hasLines || this.#file !== null;
  }

  begin(records: readonly Begin[]): Promise<void> {
    return this.#enqueue(records, []);
  }

  end(records: readonly End[]): Promise<void> {
    return this.#enqueue([], records);
  }

  /** Throws every line away: all of them are in the inventory. A failure costs nothing but later records. */
  async clear(): Promise<void> {
    try {
      const file = await this.#open();
      await file.truncate(0);
      await file.sync();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Cuts a torn tail off, so that the next line starts on a line of its own. */
  async cut(goodBytes: number): Promise<void> {
    try {
      const file = await this.#open();
      await file.truncate(goodBytes);
      await file.sync();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  #enqueue(begin: readonly Begin[], end: readonly End[]): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (begin.length === 0 && end.length === 0) return Promise.resolve();
    this.#waiting ??= newBatch();
    const batch = this.#waiting;
    batch.begin.push(...begin);
    batch.end.push(...end);
    if (!this.#isWriting) {
      this.#isWriting = true;
      // Whoever records in this same turn comes along.
      queueMicrotask(() => void this.#write());
    }
    return batch.done;
  }

  async #write(): Promise<void> {
    for (let batch = this.#take(); batch !== null; batch = this.#take()) {
      try {
        await this.#append(batch);
        batch.resolve();
      } catch (error) {
        batch.reject(this.#fail(error));
        this.#take()?.reject(this.#failure);
      }
    }
    this.#isWriting = false;
  }

  #take(): Batch | null {
    const batch = this.#waiting;
    this.#waiting = null;
    return batch;
  }

  async #append(batch: Batch): Promise<void> {
    const { lineage, books } = this.#options;
    const file = await this.#open();
    const line = { lineage, seq: this.#seq + 1, begin: batch.begin, end: batch.end };
    await file.append(printLine(line));
    await file.sync();
    this.#seq = line.seq;
    books.replay(line);
  }

  async #open(): Promise<AppendFile> {
    if (this.#file !== null) return this.#file;
    const { path, prepare } = this.#options;
    await prepare();
    const isNew = !(await exists(path, this.#ctx));
    this.#file = await this.#ctx.system.files.openAppend(path, 0o600);
    if (isNew) await this.#ctx.system.files.syncFolder(dirname(path));
    return this.#file;
  }

  #fail(error: unknown): McpformError {
    this.#failure ??= new McpformError(
      'STATE_JOURNAL_FAILED',
      `the journal "${this.#options.path}" could not be written: ${reasonOf(error)}`,
      {
        cause: error,
        hint: 'free space or repair the disk, then run the command again: it looks at what was done',
      },
    );
    return this.#failure;
  }
}

function newBatch(): Batch {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const done = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { begin: [], end: [], done, resolve, reject };
}
