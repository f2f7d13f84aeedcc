import { afterPass } from '../../../src/loop/decide/after-pass.ts';
import { holdsFor } from '../../../src/loop/decide/hold-steps.ts';
import type { PassFacts } from '../../../src/loop/decide/pass-facts.ts';
import type { DecideSettings } from '../../../src/loop/decide/settings.ts';
import type {
  Condition,
  ConditionType,
  LoopState,
  PassFailure,
  Reason,
  RevisionNote,
  Transition,
} from '../../../src/loop/model.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import type { Code } from '../../../src/model/codes.ts';
import { McpformError } from '../../../src/model/error.ts';
import type { Failure, Outcome, Result } from '../../../src/model/event.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { PathChange, Plan, Step } from '../../../src/model/plan.ts';
import { holdSteps } from '../../../src/plan/hold-steps.ts';

/** Builders for what the loop sees in a pass: steps as a planner gives them, held as the loop holds them. */
export const noonMs = Date.parse('2026-03-02T12:00:00Z');

export const settings: DecideSettings = {
  mode: 'enforce',
  modes: {},
  prune: true,
  pruneAfter: 3,
  windows: [],
  restart: { threshold: 3, delayMs: 10_000, maxAttempts: 2 },
};

export function step(
  address: string,
  action: Step['action'],
  because: Step['because'],
  more: Partial<Step> = {},
): Step {
  const [provider = ''] = address.split('/');
  const file = provider === 'claude-code' ? '/home/ada/.claude.json' : 'docker:1';
  return {
    address,
    provider,
    action,
    because,
    place: { key: `${file}#${address}`, file, path: [address], isShared: false },
    paths: action === 'update' ? [changed('/command')] : [],
    needs: [],
    secrets: [],
    isDestructive: false,
    precondition: 'absent',
    ...more,
  };
}

export const changed = (pointer: string, before = 'a', after = 'b'): PathChange => ({
  pointer,
  before: { value: before },
  after: { value: after },
  cause: 'drift',
});

export const drift = (address: string): Step => step(address, 'update', 'drifted');
export const removal = (address: string): Step => step(address, 'delete', 'removed');
export const illness = (address: string): Step =>
  step(address, 'update', 'drifted', { paths: [changed('/status', 'unhealthy', 'running')] });

export function planOf(steps: readonly Step[], unchanged: readonly string[] = []): Plan {
  return {
    formatVersion: '1.0',
    planId: 'plan',
    stack: 'team-tools',
    mode: 'apply',
    lineage: 'lineage-1',
    serial: 1,
    machine: 'machine-1',
    steps,
    unchanged,
    findings: [],
    summary: {
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
      adopt: 0,
      move: 0,
      forget: 0,
      record: 0,
      conflict: 0,
      unchanged: 0,
    },
    isComplete: !steps.some(({ because }) => because === 'unavailable'),
    isApplicable: true,
  };
}

export const revision = (commit: string): RevisionNote => ({
  commit,
  label: `main@sha1:${commit}`,
  time: '2026-03-02T11:59:00.000Z',
  manifestDigest: `sha256:${commit}`,
  lockDigest: null,
});

export function failure(
  code: Code,
  reason: Reason,
  isTerminal: boolean,
  findings: readonly Finding[] = [],
): PassFailure {
  return { error: new McpformError(code, `what ${code} says`, { findings }), reason, isTerminal };
}

export interface PassInput extends Partial<Omit<PassFacts, 'plan' | 'outcomes'>> {
  /** Null: it did not come to a plan. */
  readonly steps?: readonly Step[] | null;
  readonly unchanged?: readonly string[];
  /** Addresses whose steps take data along. */
  readonly losesData?: readonly string[];
  /** By address, what became of it; `done` when it is not here, absent when null. */
  readonly results?: Readonly<Record<string, Result | null>>;
  readonly settings?: Partial<DecideSettings>;
}

export interface Passed {
  readonly state: LoopState;
  readonly transitions: readonly Transition[];
  readonly plan: Plan | null;
}

/** One pass as the loop makes it: what it would hold is held, and of the rest everything is done unless a test says so. */
export function pass(state: LoopState, input: PassInput = {}): Passed {
  const own = { ...settings, ...input.settings };
  const nowMs = input.nowMs ?? noonMs + (state.passes + 1) * 300_000;
  const steps = input.steps === null ? null : (input.steps ?? []);
  const losesData = (step: Step) => input.losesData?.includes(step.address) ?? false;
  const hold = (all: readonly Step[]) => holdsFor(all, { ...own, state, nowMs, losesData });
  const plan = steps === null ? null : planOf(holdSteps(steps, hold, losesData), input.unchanged);
  const facts: PassFacts = {
    stack: 'team-tools',
    revision: revision('c1'),
    signature: { signer: 'ada@example.org' },
    failure: null,
    engines: new Map(),
    suspects: () => [],
    ...input,
    nowMs,
    plan,
    outcomes: (plan?.steps ?? []).flatMap((each) => outcomesOf(each, input.results ?? {})),
  };
  return { ...afterPass(state, facts, own), plan };
}

function outcomesOf(
  { address, action }: Step,
  results: NonNullable<PassInput['results']>,
): readonly Outcome[] {
  const result =
    action === 'conflict' ? 'skipped' : results[address] === undefined ? 'done' : results[address];
  if (result === null) return [];
  const isBad = result === 'failed' || result === 'rolledBack';
  const error: Failure = { code: 'ENGINE_CONTAINER', message: `the engine says no to ${address}` };
  return [{ address, action, result, findings: [], durationMs: 1, ...(isBad ? { error } : {}) }];
}

export function passes(inputs: readonly PassInput[], from: LoopState = fresh): Passed {
  let last: Passed = { state: from, transitions: [], plan: null };
  for (const input of inputs) last = pass(last.state, input);
  return last;
}

export const fresh: LoopState = newLoopState('https://git.example.org/tools.git', noonMs);

export function condition({ conditions }: LoopState, type: ConditionType): Condition {
  const found = conditions.find((each) => each.type === type);
  if (found === undefined) throw new Error(`no condition ${type}`);
  return found;
}

/** `Ready=True/InSync Stalled=False/Progressing`, of those that are named. */
export function linesOf(state: LoopState, ...types: readonly ConditionType[]): string {
  return types
    .map((type) => condition(state, type))
    .map(({ type, status, reason }) => `${type}=${status}/${reason}`)
    .join(' ');
}
