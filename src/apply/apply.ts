import { randomBytes } from 'node:crypto';
import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Outcome } from '../model/event.ts';
import type { Begin, Journal } from '../model/journal.ts';
import type { Provider, Work } from '../model/provider.ts';
import { concealOutcome } from './conceal-outcome.ts';
import { performGroup } from './perform-group.ts';
import { about, doneVerdict, errorOf, notDone, type Verdict } from './results.ts';
import { Schedule } from './schedule.ts';
import { settleAll } from './settle-all.ts';
import { sidesOf } from './sides.ts';

export interface ApplyDependencies {
  readonly providerOf: (name: string) => Provider;
  readonly journal: Journal;
  /** How many groups are at work at once. Default 32: most of them wait, for a server to answer or a file to settle. */
  readonly concurrency?: number;
  /** Steps for which something that has to be there first could not be made ready: they fail without being begun. */
  readonly unready?: ReadonlyMap<Address, NonNullable<Outcome['error']>>;
}

/**
 * Performs the steps of a plan and decides nothing: what may start, starts; what shares a group is performed
 * together. Each effect is in the journal before it happens and after it was read back, and only then told. n steps
 * give n outcomes, in the order of `work`. Throws nothing that a step could cause. A `step.finished` that comes
 * again for an address replaces the first: a last look found that it did not stay.
 */
export async function apply(
  work: readonly Work[],
  dependencies: ApplyDependencies,
  ctx: Context,
): Promise<readonly Outcome[]> {
  const application = new Application(work, dependencies, ctx);
  await application.finish();
  await application.lookAgain();
  return application.outcomes();
}

/** Steps that change nothing but our books. */
const booksOnly: ReadonlySet<string> = new Set(['record', 'forget']);

class Application {
  readonly #work: readonly Work[];
  readonly #dependencies: ApplyDependencies;
  readonly #ctx: Context;
  readonly #schedule: Schedule;
  readonly #outcomes = new Map<Address, Outcome>();
  /** What was begun, by address. */
  readonly #begun = new Map<Address, { readonly begin: Begin; readonly startedMs: number }>();
  readonly #run = randomBytes(6).toString('hex');
  #stop: NonNullable<Outcome['error']> | null = null;
  #operations = 0;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(work: readonly Work[], dependencies: ApplyDependencies, ctx: Context) {
    this.#work = work;
    this.#dependencies = dependencies;
    this.#ctx = ctx;
    this.#schedule = new Schedule(work, (one) => this.#groupOf(one));
  }

  outcomes(): readonly Outcome[] {
    return this.#work.map(({ step }) => this.#outcomes.get(step.address) as Outcome);
  }

  /** Resolves when every step has an outcome. */
  async finish(): Promise<void> {
    const over = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#goOn();
    await over;
  }

  /** Gives providers a last look at what they wrote; what did not stay is no longer done. */
  async lookAgain(): Promise<void> {
    const performed = this.#work.filter(
      ({ step }) => this.#outcomes.get(step.address)?.result === 'done' && !booksOnly.has(step.action),
    );
    const { changed, ends } = await settleAll(
      performed,
      (address) => this.#outcomes.get(address) as Outcome,
      (address) => this.#begun.get(address)?.begin.operation ?? '',
      this.#dependencies.providerOf,
      this.#ctx,
    );
    await this.#dependencies.journal.end(ends).catch(() => undefined);
    for (const outcome of changed) {
      const before = this.#outcomes.get(outcome.address);
      this.#outcomes.set(outcome.address, outcome);
      if (before?.result !== outcome.result) this.#tell(outcome);
    }
  }

  #groupOf({ step }: Work): string {
    if (step.action === 'conflict') return 'conflict';
    if (this.#dependencies.unready?.has(step.address)) return 'unready';
    if (booksOnly.has(step.action)) return 'books';
    return `${step.provider}\n${this.#dependencies.providerOf(step.provider).groupOf(step)}`;
  }

  /** Starts whatever may start, and ends when nothing is left. */
  #goOn(): void {
    this.#stop ??= interruption(this.#ctx);
    if (this.#stop !== null) this.#abandon(this.#stop);
    const groups = this.#schedule.take(this.#dependencies.concurrency ?? 32);
    if (groups.length > 0) this.#startTogether(groups).catch(this.#reject);
    else if (this.#schedule.isIdle) {
      // Steps that wait for one another: a plan that nobody should have made.
      if (this.#schedule.left > 0) this.#abandon(deadlock);
      this.#resolve();
    }
  }

  #abandon(error: NonNullable<Outcome['error']>): void {
    for (const work of this.#schedule.abandon()) this.#keep(notDone(work, 'skipped', error));
  }

  /** One fsync for all that start at this moment, then each group on its own. */
  async #startTogether(groups: readonly (readonly Work[])[]): Promise<void> {
    const isEffective = ({ step }: Work): boolean =>
      step.action !== 'conflict' &&
      !booksOnly.has(step.action) &&
      this.#dependencies.unready?.has(step.address) !== true;
    const begins = groups
      .flat()
      .filter(isEffective)
      .map((work) => this.#begin(work));
    try {
      await this.#dependencies.journal.begin(begins);
    } catch (error) {
      this.#stopFor(error);
      for (const work of groups.flat().filter(isEffective)) {
        this.#fail(notDone(work, 'failed', errorOf(error)));
      }
    }
    const begun = groups.filter(([first]) => first !== undefined && !this.#outcomes.has(first.step.address));
    if (begun.length === 0) this.#goOn();
    await Promise.all(begun.map((group) => this.#perform(group)));
  }

  async #perform(group: readonly Work[]): Promise<void> {
    const { emit, digest } = this.#ctx;
    const [first] = group;
    if (first?.step.action === 'conflict') return this.#leaveAlone(group);
    const { unready } = this.#dependencies;
    if (first !== undefined && unready?.has(first.step.address)) return this.#failUnready(group, unready);
    for (const { step } of group)
      emit({ kind: 'step.started', ...about({ step } as Work), because: step.because });
    const isRecord = first !== undefined && booksOnly.has(first.step.action);
    const nothingSeen = { observed: null, findings: [] };
    const verdicts = isRecord
      ? group.map((work) => doneVerdict(work, this.#operation(), nothingSeen, digest))
      : await performGroup(
          group,
          group.map(({ step }) => this.#begun.get(step.address)?.begin as Begin),
          this.#dependencies.providerOf(first?.step.provider ?? ''),
          this.#ctx,
        );
    await this.#record(group, verdicts);
    this.#goOn();
  }

  /** Durable first, told afterwards. */
  async #record(group: readonly Work[], verdicts: readonly Verdict[]): Promise<void> {
    const ends = verdicts.flatMap(({ end }) => (end === null ? [] : [end]));
    let unrecorded: unknown = null;
    try {
      await this.#dependencies.journal.end(ends);
    } catch (error) {
      unrecorded = error;
      this.#stopFor(error);
    }
    for (const [index, { outcome, end }] of verdicts.entries()) {
      const work = group[index] as Work;
      const durationMs = this.#sinceStart(work);
      if (unrecorded !== null && end?.result === 'done')
        this.#fail(unrecordedOutcome(work, unrecorded, durationMs));
      else if (outcome.result === 'done') this.#succeed({ ...outcome, durationMs });
      else this.#fail({ ...outcome, durationMs });
    }
  }

  #leaveAlone(group: readonly Work[]): void {
    for (const work of group) {
      const { address } = work.step;
      const message = `"${address}" is in conflict (${work.step.because}) and was left alone`;
      this.#fail(notDone(work, 'skipped', { code: 'APPLY_CONFLICT', message }));
    }
    this.#goOn();
  }

  #failUnready(group: readonly Work[], unready: NonNullable<ApplyDependencies['unready']>): void {
    for (const work of group) {
      this.#fail(notDone(work, 'failed', unready.get(work.step.address) as NonNullable<Outcome['error']>));
    }
    this.#goOn();
  }

  #begin(work: Work): Begin {
    const { step, record } = work;
    const begin: Begin = {
      operation: this.#operation(),
      address: step.address,
      action: step.action as Begin['action'],
      provider: step.provider,
      place: step.place,
      ...(step.previousAddress === undefined ? {} : { previousAddress: step.previousAddress }),
      ...(step.previousPlace === undefined ? {} : { previousPlace: step.previousPlace }),
      ...sidesOf(work, this.#ctx.digest),
      record,
    };
    this.#begun.set(step.address, { begin, startedMs: this.#ctx.system.clock.monotonic() });
    return begin;
  }

  #operation(): string {
    this.#operations += 1;
    return `${this.#run}-${this.#operations}`;
  }

  #succeed(outcome: Outcome): void {
    this.#keep(outcome);
    this.#schedule.succeed(outcome.address);
  }

  #fail(outcome: Outcome): void {
    this.#keep(outcome);
    for (const { work, because } of this.#schedule.fail(outcome.address)) {
      const error = {
        code: 'APPLY_DEPENDENCY',
        message: `waits for "${because}", which was not applied`,
      } as const;
      this.#keep(notDone(work, 'skipped', this.#stop ?? error));
    }
  }

  #stopFor(error: unknown): void {
    const { message, hint } = errorOf(error);
    this.#stop ??= { code: 'APPLY_STOPPED', message, ...(hint === undefined ? {} : { hint }) };
  }

  /** What engines and clients said is told, and stays in the history. */
  #keep(outcome: Outcome): void {
    const shown = concealOutcome(outcome, this.#ctx.conceal);
    this.#outcomes.set(shown.address, shown);
    this.#tell(shown);
  }

  #tell(outcome: Outcome): void {
    const { address, action } = outcome;
    this.#ctx.emit({ kind: 'step.finished', address, action, outcome });
  }

  #sinceStart({ step }: Work): number {
    const now = this.#ctx.system.clock.monotonic();
    return now - (this.#begun.get(step.address)?.startedMs ?? now);
  }
}

const deadlock = {
  code: 'APPLY_BUG',
  message: 'the steps of the plan wait for one another',
} as const satisfies Outcome['error'];

function interruption(ctx: Context): NonNullable<Outcome['error']> | null {
  if (!ctx.signal.aborted) return null;
  return { code: 'INTERRUPTED', message: 'stopped before it was started' };
}

function unrecordedOutcome(work: Work, error: unknown, durationMs: number): Outcome {
  const { message } = errorOf(error);
  const why = { code: 'APPLY_UNRECORDED', message: `performed, but not recorded: ${message}` } as const;
  return { ...notDone(work, 'failed', why), durationMs };
}
