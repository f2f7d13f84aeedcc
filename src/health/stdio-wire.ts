import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { HealthTarget } from '../model/health.ts';
import type { RunningProgram } from '../model/system.ts';
import { openBudget, SETTLE_MS } from './bounds.ts';
import { linesOf, type Tail, tailOf } from './lines.ts';
import { Broken, type Trouble } from './trouble.ts';
import { readAll, type Wire } from './wire.ts';

/** The dead are there until somebody has taken note of them; in a container that may take a second. */
const KILL_ROUNDS = 50;
const KILL_PAUSE_MS = 20;

type StdioTarget = Extract<HealthTarget, { kind: 'stdio' }>;

/**
 * Starts the program and talks with it by lines. One that leaves its process group, and a container that `docker run`
 * started, are not ours to end.
 */
export class StdioWire implements Wire {
  readonly kind = 'text';
  readonly broken: Promise<Trouble>;
  readonly #target: StdioTarget;
  readonly #graceMs: number;
  readonly #ctx: Context;
  #starting: Promise<RunningProgram> | null = null;
  #program: RunningProgram | null = null;
  #tail: Tail | null = null;
  #tellBroken: (trouble: Trouble | Promise<Trouble>) => void = () => undefined;

  constructor(target: StdioTarget, graceMs: number, ctx: Context) {
    this.#target = target;
    this.#graceMs = graceMs;
    this.#ctx = ctx;
    this.broken = new Promise((resolve) => {
      this.#tellBroken = resolve;
    });
  }

  async open(onText: (text: string) => void): Promise<void> {
    const { command, args, env, cwd } = this.#target;
    const options = cwd === undefined ? { env } : { env, cwd };
    this.#starting = this.#ctx.system.processes.start(command, args, options);
    const program = await this.#starting.catch(refuse);
    this.#program = program;
    this.#tail = tailOf(program.stderr);
    const onLine = (line: string): void => {
      if (line.trim() !== '') onText(line);
    };
    const atEnd = async (): Promise<Trouble> => {
      // A program may close its output and go on.
      const end = await this.#within(program.ended, SETTLE_MS);
      return end === null ? { kind: 'closed' } : { kind: 'exited', ...end };
    };
    this.#tellBroken(readAll(linesOf(program.stdout, openBudget()), onLine, atEnd));
  }

  send(text: string): void {
    this.#program?.write(`${text}\n`);
  }

  log(): readonly string[] {
    return this.#tail?.lines() ?? [];
  }

  /** https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#stdio */
  async close(): Promise<void> {
    // One that is only just being started is a program all the same.
    const program = await this.#starting?.catch(() => null);
    if (program === null || program === undefined) return;
    program.closeInput();
    if ((await this.#within(program.ended, this.#graceMs)) === null) {
      program.signal('SIGTERM');
      await this.#within(program.ended, this.#graceMs);
    }
    await this.#killAll(program);
    await this.#within(program.ended, this.#graceMs);
    await this.#within(this.#tail?.done ?? Promise.resolve(), SETTLE_MS);
  }

  /** Itself, and whoever it started and left. */
  async #killAll(program: RunningProgram): Promise<void> {
    for (let rounds = 0; rounds < KILL_ROUNDS && program.signal('SIGKILL'); rounds += 1) {
      await this.#ctx.system.clock.sleep(KILL_PAUSE_MS);
    }
  }

  async #within<T>(done: Promise<T>, ms: number): Promise<T | null> {
    const stop = new AbortController();
    const over = this.#ctx.system.clock.sleep(ms, stop.signal).then(
      () => null,
      () => null,
    );
    try {
      return await Promise.race([done, over]);
    } finally {
      stop.abort();
    }
  }
}

function refuse(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error) || error instanceof McpformError) throw error;
  throw new Broken({ kind: 'program', code: String(error.code) });
}
