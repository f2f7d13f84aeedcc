import { basename, dirname, join } from 'node:path';
import { isErrno } from '../../model/error.ts';
import type { Files } from '../../model/system.ts';

export interface FolderWatchesOptions {
  readonly files: Files;
  /** Something of this name changed in a folder that is wanted. */
  readonly onName: (path: string) => void;
  /** A folder came, went, or is another one: what was watched in it may have changed unseen. Also told of `recheck`. */
  readonly onMove: () => void;
  /** The system watches no more for anybody: `ENOSPC`, `EMFILE`. */
  readonly onLimit: (code: string) => void;
}

interface Watch {
  /** Device and inode of the folder it is on: a folder that was made anew by the same name is another one. */
  readonly id: string;
  close(): void;
}

/** So many folders may come one after the other while we look: `a`, `a/b`, `a/b/c`. */
const MOST_ROUNDS = 20;

/**
 * Watches folders by their names. One that is not there is waited for in the nearest folder above that is; where nothing
 * can be watched, nothing is.
 */
export class FolderWatches {
  readonly #options: FolderWatchesOptions;
  readonly #watches = new Map<string, Watch>();
  #wanted: readonly string[] = [];
  #arranging: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: FolderWatchesOptions) {
    this.#options = options;
  }

  /** From here on exactly these. Looks whether those that are watched are still what their names stand for. */
  want(folders: readonly string[]): Promise<void> {
    this.#wanted = folders;
    return this.recheck();
  }

  recheck(): Promise<void> {
    const next = this.#arranging.then(() => this.#arrange());
    this.#arranging = next;
    return next;
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  async #arrange(): Promise<void> {
    // A folder may have come between a look and the watch above it: so one more look after each new watch.
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const there = new Map<string, string>();
      for (const folder of this.#wanted) {
        const { at, id } = await this.#nearest(folder);
        there.set(at, id);
      }
      if (this.#isClosed) return;
      for (const [at, watch] of this.#watches) {
        if (there.get(at) === watch.id) continue;
        watch.close();
        this.#watches.delete(at);
      }
      const isNew = [...there].map(([at, id]) => !this.#watches.has(at) && this.#watch(at, id));
      if (!isNew.includes(true)) return;
    }
  }

  async #nearest(folder: string): Promise<{ at: string; id: string }> {
    const { files } = this.#options;
    for (let at = folder; ; at = dirname(at)) {
      try {
        const { kind, device, inode } = await files.stat(await files.realPath(at));
        if (kind === 'folder') return { at, id: `${device}:${inode}` };
      } catch (error) {
        if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'EPERM')) return { at, id: 'unknown' };
      }
      if (at === dirname(at)) return { at, id: 'unknown' };
    }
  }

  #watch(at: string, id: string): boolean {
    try {
      const watch = this.#options.files.watch(at, (name) => this.#changed(at, name));
      this.#watches.set(at, { id, close: () => watch.close() });
      return true;
    } catch (error) {
      // Whatever keeps us from watching: each pass looks at everything, and tries again.
      if (isErrno(error, 'ENOSPC', 'EMFILE', 'ENFILE')) this.#options.onLimit(error.code as string);
      return false;
    }
  }

  #changed(at: string, name: string): void {
    if (this.#isClosed) return;
    const path = join(at, name);
    const isWanted = this.#wanted.includes(at);
    if (isWanted) this.#options.onName(path);
    // Its own name: the folder itself was moved or removed.
    const isMove = name === basename(at) || this.#wanted.some((each) => each !== at && isBelow(each, path));
    if (isMove) this.#options.onMove();
  }
}

function isBelow(folder: string, path: string): boolean {
  return folder === path || folder.startsWith(`${path}/`) || folder.startsWith(`${path}\\`);
}
