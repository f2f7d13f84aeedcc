import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Step } from '../model/plan.ts';
import { makeDurableFolder } from '../state/folder.ts';
import { takeLock } from '../state/lock-file.ts';
import { afterPass } from './decide/after-pass.ts';
import { looksAgain } from './decide/looks-again.ts';
import type { PassFacts } from './decide/pass-facts.ts';
import { findSuspects } from './find-suspects.ts';
import { LoopMemory } from './loop-memory.ts';
import type { KnownLoop } from './loop-wakes.ts';
import { type Looked, lookAtSource, makePass, type Pass, type PassSetting } from './make-pass.ts';
import { managedAt } from './managed.ts';
import type { LoopState, Managed, Observer, PassFailure, PassReport, Wake, WakeSource } from './model.ts';
import { asFailure, passFailure } from './pass-failure.ts';
import { readRevision, type Wanted } from './perform-pass.ts';
import { nextWake, type PassTime } from './schedule/next-wake.ts';
import { waitForWakes } from './schedule/wait-for-wakes.ts';
import { Wakes } from './schedule/wakes.ts';
import { loopFolder } from './state/loop-folder.ts';
import { recallCommit, rememberCommit } from './state/source-memory.ts';

export interface LoopRequest extends PassSetting {
  /** One pass, and that is all. */
  readonly isOnce: boolean;
  readonly wakeSources: readonly WakeSource[];
  readonly observers: readonly Observer[];
  /** Asked once it is known whose loop it is: what wakes it besides. Nothing does where it makes one pass. */
  readonly wakesOf: (loop: KnownLoop) => readonly WakeSource[];
}

/** How the last pass ended. */
export interface LoopEnd {
  readonly report: PassReport | null;
  readonly state: LoopState;
}

/**
 * Makes passes until it is told to stop: at once, when somebody or something gives a reason, and after the interval.
 * Holds the one place there is for a loop of a stack (STATE_LOCKED). A pass that is under way when it is told to stop
 * ends what it has begun. Throws bugs, and what keeps it from beginning.
 */
export async function runLoop(request: LoopRequest, ctx: Context): Promise<LoopEnd> {
  const loop = new Loop(request, ctx);
  try {
    return await loop.run();
  } finally {
    await loop.close();
  }
}

/** What a pass may have changed: also what failed half way. */
function performedSteps({ plan, outcomes }: PassFacts): readonly Step[] {
  const begun = new Set(outcomes.filter(({ result }) => result !== 'skipped').map(({ address }) => address));
  return (plan?.steps ?? []).filter(({ address, action }) => action !== 'conflict' && begun.has(address));
}

function failedLook(looked: Looked, failure: PassFailure): Looked {
  const revision = looked.kind === 'wanted' ? looked.wanted.revision : looked.revision;
  return { kind: 'failed', failure, revision };
}

class Loop {
  readonly #request: LoopRequest;
  readonly #ctx: Context;
  readonly #wakes: Wakes;
  readonly #sources: WakeSource[];
  readonly #memory: LoopMemory;
  #release: (() => Promise<void>) | null = null;
  #lastGood: Wanted | null = null;
  /** The commit that was applied last, while it is nowhere on the disk. */
  #unremembered: string | null = null;
  #lastPass: PassTime | null = null;
  #report: PassReport | null = null;
  #managed: Managed = { files: [], engines: [] };

  constructor(request: LoopRequest, ctx: Context) {
    this.#request = request;
    this.#ctx = ctx;
    this.#wakes = new Wakes(ctx.system.clock);
    this.#memory = new LoopMemory(request.source.spec, ctx);
    this.#sources = [...request.wakeSources];
  }

  async run(): Promise<LoopEnd> {
    const { signal } = this.#ctx;
    for (const source of this.#sources) await source.start(this.#wakes.offer);
    try {
      for (;;) {
        await this.#pass(await this.#reasons());
        if (this.#request.isOnce) break;
      }
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    }
    return { report: this.#report, state: this.#memory.state };
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
    await Promise.all(this.#request.observers.map((observer) => observer.close()));
    await this.#request.source.close();
    await this.#release?.();
  }

  async #reasons(): Promise<readonly Wake[]> {
    if (this.#request.isOnce) return [{ kind: 'start' }];
    const { clock } = this.#ctx.system;
    const next = () =>
      nextWake({
        nowMs: clock.now(),
        monotonicMs: clock.monotonic(),
        lastPass: this.#lastPass,
        state: this.#memory.state,
        settings: this.#request.settings,
      });
    return await waitForWakes(this.#wakes, next, { clock, signal: this.#ctx.signal });
  }

  async #pass(wakes: readonly Wake[]): Promise<void> {
    const { clock } = this.#ctx.system;
    const time = { startedMs: clock.now(), startedMonotonicMs: clock.monotonic() };
    const seen = await this.#look();
    if (seen.kind === 'failed' && this.#lastGood === null) await this.#recallLastGood();
    const opened = await this.#open(seen);
    // Nobody knows what is suspended: nothing is put in force.
    const unknown = await this.#memory.refresh();
    const looked = unknown === null ? opened : failedLook(opened, unknown);
    const lastGood = unknown === null ? this.#lastGood : null;
    await Promise.all(this.#sources.map((source) => source.hold?.()));
    const newest = () => this.#memory.newest();
    const asked = { wakes, looked, lastGood, state: this.#memory.state, newest };
    const pass = await makePass(asked, this.#request, this.#ctx);
    this.#report = pass.report;
    if (looked.kind === 'wanted' && pass.facts.failure === null) this.#lastGood = looked.wanted;
    const facts = { ...pass.facts, suspects: await this.#suspects(pass) };
    const transitions = await this.#memory.note((state) => afterPass(state, facts, this.#request.settings));
    await this.#rememberCommit();
    this.#lastPass = { ...time, endedMonotonicMs: clock.monotonic() };
    this.#managed =
      pass.places === null
        ? { ...this.#managed, written: [] }
        : managedAt(pass.places, performedSteps(pass.facts));
    await Promise.all(this.#sources.map((source) => source.settle(this.#managed)));
    for (const wake of wakes) {
      if (wake.kind === 'request') for (const source of this.#sources) source.answer?.(wake.id, pass.report);
    }
    if (looksAgain(pass.report, this.#memory.state)) this.#wakes.offer({ kind: 'retry' });
    for (const observer of this.#request.observers) {
      observer.passed(pass.report, this.#memory.state);
      if (transitions.length > 0) observer.changed(transitions, this.#memory.state);
    }
  }

  async #look(): Promise<Looked> {
    const { isRemote, source } = this.#request;
    if (!isRemote) return await lookAtSource(this.#request, null, this.#ctx);
    try {
      const applied = this.#unremembered ?? (await recallCommit(source.spec, this.#ctx));
      return await lookAtSource(this.#request, applied, this.#ctx);
    } catch (error) {
      return { kind: 'failed', failure: asFailure(error), revision: null };
    }
  }

  /** What the disk does not take is known here, and written after the next pass. */
  async #rememberCommit(): Promise<void> {
    const commit = this.#memory.state.lastApplied?.commit ?? null;
    if (!this.#request.isRemote || commit === null) return;
    this.#unremembered = commit;
    try {
      await rememberCommit(this.#request.source.spec, commit, this.#ctx);
      this.#unremembered = null;
    } catch (error) {
      asFailure(error);
    }
  }

  /** A loop that begins while what is new cannot be used keeps what the one before it had applied. */
  async #recallLastGood(): Promise<void> {
    const { isRemote, source, reading } = this.#request;
    if (!isRemote || source.recall === undefined) return;
    try {
      const applied = await recallCommit(source.spec, this.#ctx);
      const revision = applied === null ? null : await source.recall(applied, this.#ctx.signal);
      if (revision === null) return;
      const wanted = await readRevision(revision, reading, this.#ctx);
      if (this.#memory.books === null) await this.#takePlace(wanted.declared);
      this.#lastGood = wanted;
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      // What failed already is what people are told of.
      if (!(error instanceof McpformError) || error.code === 'STATE_LOCKED') throw error;
    }
  }

  /** Once a manifest could be read, it is known whose loop this is: its place is taken, and its memory read. */
  async #open(looked: Looked): Promise<Looked> {
    if (this.#memory.books === null && looked.kind === 'wanted')
      await this.#takePlace(looked.wanted.declared);
    return this.#ofThisStack(looked);
  }

  async #takePlace({ books, manifest }: Wanted['declared']): Promise<void> {
    const folder = join(loopFolder(books), 'instance');
    await makeDurableFolder(folder, this.#ctx);
    const lock = await takeLock(folder, { command: 'reconcile' }, this.#ctx);
    this.#release = () => lock.release();
    this.#memory.openAt(books);
    const known = { books, stack: manifest.name, state: () => this.#memory.state };
    for (const source of this.#request.isOnce ? [] : this.#request.wakesOf(known)) {
      await source.start(this.#wakes.offer);
      this.#sources.push(source);
    }
  }

  /** Another name is another stack, with other books and a loop of its own. */
  #ofThisStack(looked: Looked): Looked {
    if (looked.kind === 'failed' || looked.wanted.declared.books === this.#memory.books) return looked;
    const { revision, declared } = looked.wanted;
    const error = new McpformError(
      'SOURCE_INVALID',
      `the manifest is of stack "${declared.manifest.name}" now, and this loop keeps another`,
      { hint: 'give the stack its name back, or stop this loop and start one for the new stack' },
    );
    return { kind: 'failed', failure: passFailure(error), revision };
  }

  async #suspects({ report, facts }: Pass): Promise<PassFacts['suspects']> {
    if (this.#memory.books === null) return () => [];
    const { plan } = facts;
    const known = await findSuspects(report.corrected, { plan, books: this.#memory.books }, this.#ctx);
    return (address) => known.get(address) ?? [];
  }
}
