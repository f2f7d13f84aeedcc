import { Duplex } from 'node:stream';
import { isErrno } from '../../../model/error.ts';
import type { RunningProgram } from '../../../model/system.ts';

/** What went wrong with `ssh`: its words are in the message. */
export const SSH_FAILED = 'ESSH';

const LAST_WORDS_BYTES = 4096;

/** What a program reads and writes, as a connection. Whoever closes it ends the program. */
export class ProgramStream extends Duplex {
  readonly #starting: Promise<RunningProgram>;
  #program: RunningProgram | null = null;
  #isKept = true;
  #wanted: (() => void) | null = null;

  constructor(starting: Promise<RunningProgram>) {
    super({ allowHalfOpen: false });
    this.#starting = starting;
  }

  /** Whether our process stays for it. */
  keep(isKept: boolean): void {
    this.#isKept = isKept;
    this.#program?.keep(isKept);
  }

  override _construct(callback: (error?: Error) => void): void {
    this.#starting.then(
      (program) => {
        this.#program = program;
        program.keep(this.#isKept);
        this.#pump(program).catch((error: unknown) => this.destroy(asError(error)));
        callback();
      },
      (error: unknown) => callback(isErrno(error, 'ENOENT') ? failed('it is not installed') : asError(error)),
    );
  }

  override _read(): void {
    this.#wanted?.();
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: () => void): void {
    this.#program?.write(chunk);
    callback();
  }

  override _final(callback: () => void): void {
    this.#program?.closeInput();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#wanted?.();
    this.#program?.signal('SIGTERM');
    callback(error);
  }

  async #pump(program: RunningProgram): Promise<void> {
    const words = lastWords(program.stderr);
    for await (const chunk of program.stdout) {
      if (this.destroyed) return;
      if (!this.push(chunk)) await this.#untilWanted();
    }
    const { exitCode } = await program.ended;
    // An end is only noticed by somebody who reads, and nobody reads what is idle.
    if (exitCode === 0 && this.#isKept) this.push(null);
    else if (exitCode === 0) this.destroy();
    else this.destroy(failed((await words) || `it ended with exit code ${exitCode}`));
  }

  #untilWanted(): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = () => {
        this.#wanted = null;
        resolve();
      };
    });
  }
}

async function lastWords(stderr: AsyncIterable<Uint8Array>): Promise<string> {
  let words = '';
  for await (const piece of stderr) words = (words + Buffer.from(piece).toString()).slice(-LAST_WORDS_BYTES);
  return words.trim();
}

function failed(words: string): Error {
  return Object.assign(new Error(words), { code: SSH_FAILED });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
