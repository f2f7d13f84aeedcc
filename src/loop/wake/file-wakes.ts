import { dirname } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { Managed, Wake, WakeSource } from '../model.ts';
import { type FileMark, markFile } from './file-mark.ts';
import { FolderWatches } from './folder-watches.ts';
import { lookWhenAsked } from './look-when-asked.ts';

/** Between two looks at one file. */
const REST_MS = 20;
/** As long as a file may be empty or absent while somebody writes it. */
const WRITE_MS = 25;

/**
 * Wakes when a file that we manage has another content than the last pass left there. Reads a file only after somebody
 * touched it.
 */
export function fileWakes(ctx: Pick<Context, 'system' | 'emit'>): WakeSource {
  return new FileWakes(ctx);
}

class FileWakes implements WakeSource {
  readonly #ctx: Pick<Context, 'system' | 'emit'>;
  readonly #folders: FolderWatches;
  readonly #closing = new AbortController();
  readonly #recheck: () => void;
  readonly #looks = new Map<string, () => void>();
  /** Of each file all names that it has: its own, and where its links lead. */
  #names: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  /** As the last pass left them. */
  #left = new Map<string, FileMark>();
  /** As the pass found them, while there is one. */
  #found: ReadonlyMap<string, FileMark> = new Map();
  #isPass = false;
  /** Touched during the pass, since it was looked how it left them. */
  readonly #touched = new Set<string>();
  /** What we woke for: once is enough. */
  readonly #told = new Map<string, string>();
  #onWake: (wake: Wake) => void = () => undefined;
  #isLimitTold = false;

  constructor(ctx: Pick<Context, 'system' | 'emit'>) {
    this.#ctx = ctx;
    this.#folders = new FolderWatches({
      files: ctx.system.files,
      onName: (path) => this.#changed(path),
      onMove: () => this.#recheck(),
      onLimit: (code) => this.#tellLimit(code),
    });
    this.#recheck = this.#whenAsked(async () => {
      await this.#folders.recheck();
      for (const file of this.#names.keys()) this.#ask(file);
    });
  }

  async start(onWake: (wake: Wake) => void): Promise<void> {
    this.#onWake = onWake;
  }

  async hold(): Promise<void> {
    this.#isPass = true;
    this.#found = await this.#markAll([...this.#left.keys()]);
  }

  async settle({ files, written = files }: Managed): Promise<void> {
    this.#isPass = true;
    // Watched first, then looked at: what comes in between is seen by both.
    this.#names = await this.#namesOf(files);
    await this.#folders.want([
      ...new Set([...this.#names.values()].flatMap((names) => [...names].map(dirname))),
    ]);
    this.#touched.clear();
    this.#left = await this.#markAll(files);
    this.#told.clear();
    this.#isPass = false;
    for (const file of this.#looks.keys()) if (!this.#left.has(file)) this.#looks.delete(file);
    for (const [file, { content }] of this.#left) {
      const found = this.#found.get(file);
      const isOthers = found !== undefined && found.content !== content && !written.includes(file);
      if (isOthers) this.#wake(file, content);
    }
    this.#found = new Map();
    for (const file of this.#touched) this.#ask(file);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#folders.close();
  }

  #changed(path: string): void {
    for (const [file, names] of this.#names) if (names.has(path)) this.#ask(file);
  }

  #ask(file: string): void {
    const look = this.#looks.get(file) ?? this.#whenAsked(() => this.#look(file));
    this.#looks.set(file, look);
    look();
  }

  async #look(file: string): Promise<void> {
    const before = this.#left.get(file);
    const mark = this.#isPass ? undefined : await this.#markWhole(file, before);
    // During a pass what we see may be our own doing; what it left is known when it is over.
    if (mark === undefined || this.#isPass) return void this.#touched.add(file);
    if (this.#left.get(file) !== before) return this.#ask(file);
    if (before === undefined) return;
    if (mark.content !== before.content) return this.#wake(file, mark.content);
    this.#told.delete(file);
    this.#left.set(file, mark);
  }

  /** Who writes in place empties a file first, and some remove it. */
  async #markWhole(file: string, before: FileMark | undefined): Promise<FileMark> {
    const { system } = this.#ctx;
    const mark = await markFile(file, before, system);
    if (!mark.isEmpty || before?.isEmpty) return mark;
    await system.clock.sleep(WRITE_MS, this.#closing.signal);
    return await markFile(file, before, system);
  }

  #wake(file: string, content: string): void {
    if (this.#closing.signal.aborted || this.#told.get(file) === content) return;
    this.#told.set(file, content);
    this.#onWake({ kind: 'file', file });
  }

  async #markAll(files: readonly string[]): Promise<Map<string, FileMark>> {
    const marks = files.map(async (file) => {
      return [file, await markFile(file, this.#left.get(file), this.#ctx.system)] as const;
    });
    return new Map(await Promise.all(marks));
  }

  async #namesOf(files: readonly string[]): Promise<Map<string, ReadonlySet<string>>> {
    const names = files.map(async (file) => {
      const real = await this.#ctx.system.files.realPath(file).catch(() => file);
      return [file, new Set([file, real])] as const;
    });
    return new Map(await Promise.all(names));
  }

  #tellLimit(code: string): void {
    if (this.#isLimitTold) return;
    this.#isLimitTold = true;
    this.#ctx.emit({
      kind: 'finding',
      finding: {
        code: 'LOOP_WATCH_LIMIT',
        severity: 'warning',
        message: `this system watches no more files for you (${code}), so changes are found by the next pass only`,
        hint: 'raise `fs.inotify.max_user_watches` and `fs.inotify.max_user_instances`, or the limit of open files',
      },
    });
  }

  #whenAsked(look: () => Promise<void>): () => void {
    const { clock } = this.#ctx.system;
    return lookWhenAsked(look, { clock, signal: this.#closing.signal, restMs: REST_MS });
  }
}
