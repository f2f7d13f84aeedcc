import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isErrno } from '../../model/error.ts';

/** What one run of a container needs on disk while it lives: a folder that only this user can look into. */
export interface PrivateRun {
  readonly folder: string;
  /** Not there until docker writes the container's id into it. */
  readonly cidFile: string;
  /** The same in memory, for secrets; null: this run has none. */
  readonly secretFolder: string | null;
  /** Fails when there is anything of that name. */
  make(): void;
  /** Null while docker has not written it; or a cleaner of old temporary files has taken it away. */
  readId(): string | null;
  /**
   * Text that only a program we start can read, as the descriptor to hand to it; on POSIX it has no name by then, so
   * nothing of it stays however we end.
   */
  hide(text: string): number;
  /** A file of the secret folder, that whoever finds a way to it may read and nobody write. */
  putSecret(name: string, text: string): void;
  remove(): void;
}

/** Where the program finds what was hidden for it as its fourth descriptor; else `hidden` in the folder. */
export function hiddenPath(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'hidden') : '/dev/fd/3';
}

/**
 * `name` is nobody else's. The folders are not there before `make`, so that who removes them can be told of them first.
 * `memory` is a folder in memory, absolute.
 */
export function privateRun(name: string, memory: string | null): PrivateRun {
  const folder = join(tmpdir(), name);
  const cidFile = join(folder, 'cid');
  const secretFolder = memory === null ? null : join(memory, name);
  const folders = [folder, ...(secretFolder === null ? [] : [secretFolder])];
  return {
    folder,
    cidFile,
    secretFolder,
    make: () => {
      for (const each of folders) mkdirSync(each, { mode: 0o700 });
    },
    readId: () => {
      try {
        const id = readFileSync(cidFile, 'utf8').trim();
        return /^[0-9a-f]{64}$/.test(id) ? id : null;
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return null;
        throw error;
      }
    },
    hide: (text) => {
      const file = join(secretFolder ?? folder, 'hidden');
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      const opened = openSync(file, 'r');
      if (process.platform !== 'win32') rmSync(file);
      return opened;
    },
    putSecret: (name, text) => {
      const file = join(secretFolder ?? folder, name);
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      chmodSync(file, 0o444);
    },
    remove: () => {
      for (const each of folders) rmSync(each, { recursive: true, force: true });
    },
  };
}

export function closeHidden(opened: number | null): void {
  if (opened !== null) closeSync(opened);
}
