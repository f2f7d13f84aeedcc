import type { Address } from './address.ts';
import type { Code } from './codes.ts';
import type { Finding } from './finding.ts';
import type { Because, Plan, Step } from './plan.ts';
import type { LeftImage, PruneOutcome, PruneReport } from './prune.ts';
import type { PullOutcome, PullTarget } from './pull.ts';
import type { LoggedLine, RunningContainer, StatsReport } from './running.ts';
import type { LeftContainer, SweepOutcome, SweepReport } from './sweep.ts';

export type Result = 'done' | 'failed' | 'rolledBack' | 'skipped';

/** What became of a step: n steps always give n outcomes. */
export interface Outcome {
  readonly address: Address;
  readonly action: Step['action'];
  readonly result: Result;
  /** Why it failed or was skipped. */
  readonly error?: Failure;
  /** What else people should know: a possible lost update, a retry. */
  readonly findings: readonly Finding[];
  readonly durationMs: number;
}

/** Why something failed. */
export interface Failure {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  /** What the failing part said last: lines without control characters and without what looks like a credential. */
  readonly detail?: readonly string[];
}

/** The one stream: the terminal, NDJSON and the log are its readers. Names are permanent, fields additive. */
export type Event =
  | {
      readonly kind: 'run.started';
      readonly formatVersion: '1.0';
      readonly command: string;
      readonly stack: string;
    }
  | { readonly kind: 'plan.ready'; readonly plan: Plan }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | {
      readonly kind: 'recovery';
      readonly address: Address;
      readonly settled: 'done' | 'not-done' | 'conflict';
    }
  | {
      readonly kind: 'step.started';
      readonly address: Address;
      readonly action: Step['action'];
      readonly because: Because;
    }
  | {
      readonly kind: 'step.finished';
      readonly address: Address;
      readonly action: Step['action'];
      readonly outcome: Outcome;
    }
  /** A registry is asked what a server's package or image stands for. */
  | { readonly kind: 'lock.resolving'; readonly server: string }
  /** A package goes into the store before an entry is written that starts it. */
  | { readonly kind: 'launch.preparing'; readonly server: string; readonly package: string }
  | { readonly kind: 'launch.prepared'; readonly server: string; readonly package: string }
  | { readonly kind: 'settling'; readonly files: number; readonly waitMs: number }
  /** What is left behind on a container engine, and what of it a sweep removes. */
  | { readonly kind: 'sweep.found'; readonly report: SweepReport }
  /** What became of one of them. */
  | { readonly kind: 'sweep.finished'; readonly container: LeftContainer; readonly outcome: SweepOutcome }
  /** An engine fetches an image by its digest, unless it has it. */
  | ({ readonly kind: 'pull.started' } & PullTarget)
  | ({ readonly kind: 'pull.finished'; readonly outcome: PullOutcome } & PullTarget)
  /** Images that nobody names any more, and which of them go. */
  | { readonly kind: 'prune.found'; readonly report: PruneReport }
  | { readonly kind: 'prune.finished'; readonly image: LeftImage; readonly outcome: PruneOutcome }
  /** A server wrote this. */
  | { readonly kind: 'log.line'; readonly container: RunningContainer; readonly line: LoggedLine }
  /** What containers use now. */
  | { readonly kind: 'stats.sampled'; readonly report: StatsReport }
  | {
      readonly kind: 'run.finished';
      readonly exitCode: number;
      readonly outcomes: readonly Outcome[];
      /** Why the run ended before its outcomes were known: no plan, no approval, a failure of the books. */
      readonly error?: RunError;
    };

export interface RunError {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  /** When one failure stands for several, all of them. */
  readonly findings: readonly Finding[];
}

export type Emit = (event: Event) => void;
