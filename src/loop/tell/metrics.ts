import type { Address } from '../../model/address.ts';
import type { LoopState, Observer, PassReport } from '../model.ts';
import { type Family, formatMetrics, type Sample } from './exposition.ts';

export interface MetricsSettings {
  readonly version: string;
  /** Lines that the log lost. */
  readonly lostLines?: () => number;
  /** Notifications by what became of them. */
  readonly notified?: () => Readonly<Record<string, number>>;
}

export interface Metrics extends Observer {
  /** In Prometheus' text format. No label holds a name that somebody chose: no path, address, stack or host. */
  text(): string;
}

/** Seconds of a pass: the quickest look at one file, up to an apply that pulls images. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

const RESULTS = ['in-sync', 'applied', 'pending', 'partial', 'failed', 'skipped'] as const;

/** Counts what the loop does, since this process began. */
export function countMetrics(settings: MetricsSettings): Metrics {
  const passes = counter();
  const applies = counter();
  const drifts = counter();
  const durations = { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
  let lastSuccess = 0;
  let report: PassReport | null = null;
  let state: LoopState | null = null;

  const families = (): readonly Family[] => [
    gauge('build_info', 'Which mcpform this is.', [[{ version: settings.version }, 1]]),
    gauge('reconcile_condition', 'Conditions of the stack: 1 where it is so.', conditionsOf(state)),
    histogram('reconcile_duration_seconds', 'How long passes took.', durations),
    counted('passes_total', 'Passes by how they ended.', 'result', passes, RESULTS),
    gauge('last_success_timestamp_seconds', 'When a pass last ended well; 0: never.', [[{}, lastSuccess]]),
    gauge('resources', 'Resources of the last plan, by what it does with them.', plannedOf(report)),
    gauge('held', 'Of these, what is left alone, by why.', heldIn(report)),
    counted('drift_total', 'Resources found not as declared, by kind.', 'kind', drifts, []),
    counted('apply_total', 'Steps performed, by result.', 'result', applies, ['done', 'failed']),
    gauge('suspend_status', 'Whether the whole stack is suspended.', [[{}, state?.suspended['*'] ? 1 : 0]]),
    gauge('suspended', 'How many addresses are suspended.', [[{}, suspendedIn(state)]]),
    gauge('contended', 'How many resources somebody else keeps changing.', [
      [{}, Object.keys(state?.contended ?? {}).length],
    ]),
    single('log_lines_lost_total', 'Log lines that could not be written.', settings.lostLines?.() ?? 0),
    counted(
      'notifications_total',
      'Notifications, by what became of them.',
      'result',
      settings.notified?.() ?? {},
      ['sent', 'refused', 'later'],
    ),
  ];
  return {
    text: () => formatMetrics(families()),
    passed: (passed, after) => {
      add(passes, passed.result, 1);
      add(applies, 'done', passed.done);
      add(applies, 'failed', passed.failed);
      for (const address of newDrifts(passed, report)) add(drifts, kindOf(address), 1);
      const seconds = passed.durationMs / 1000;
      durations.sum += seconds;
      durations.count += 1;
      BUCKETS.forEach((most, at) => {
        if (seconds <= most) durations.counts[at] = (durations.counts[at] ?? 0) + 1;
      });
      if (isSuccess(passed)) {
        lastSuccess = (Date.parse(passed.startedAt) + passed.durationMs) / 1000;
      }
      report = passed;
      state = after;
    },
    changed: (_transitions, after) => {
      state = after;
    },
    close: async () => undefined,
  };
}

/** What was put back, and what is left as it is since this pass. */
function newDrifts({ corrected, held }: PassReport, before: PassReport | null): readonly Address[] {
  const seen = Object.keys(held).filter(
    (address) => held[address] === 'observed' && before?.held[address] !== 'observed',
  );
  return [...corrected, ...seen];
}

/** One of five words, whatever the address is. */
function kindOf(address: Address): string {
  const [place = '', kind = ''] = address.split('/');
  if (!/^docker(?:@|$)/.test(place)) return 'entry';
  return /^(?:image|network|volume|container)$/.test(kind) ? kind : 'entry';
}

function isSuccess({ result }: PassReport): boolean {
  return result === 'in-sync' || result === 'applied' || result === 'pending';
}

type Counter = Record<string, number>;

function counter(): Counter {
  return Object.create(null) as Counter;
}

function add(counts: Counter, label: string, by: number): void {
  counts[label] = (counts[label] ?? 0) + by;
}

function gauge(
  name: string,
  help: string,
  values: readonly (readonly [Readonly<Record<string, string>>, number])[],
): Family {
  const samples = values.map(([labels, value]) => ({ labels, value }));
  return { name: `mcpform_${name}`, type: 'gauge', help, samples };
}

function single(name: string, help: string, value: number): Family {
  return { name: `mcpform_${name}`, type: 'counter', help, samples: [{ labels: {}, value }] };
}

/** What may be counted is there from the start, as 0: else the first one cannot be seen as an increase. */
function counted(
  name: string,
  help: string,
  label: string,
  counts: Readonly<Counter>,
  known: readonly string[],
): Family {
  const labels = [...new Set([...known, ...Object.keys(counts)])];
  const samples = labels.map((value) => ({ labels: { [label]: value }, value: counts[value] ?? 0 }));
  return { name: `mcpform_${name}`, type: 'counter', help, samples };
}

function histogram(
  name: string,
  help: string,
  { counts, sum, count }: { counts: readonly number[]; sum: number; count: number },
): Family {
  const buckets: readonly Sample[] = [...BUCKETS, Number.POSITIVE_INFINITY].map((most, at) => ({
    suffix: '_bucket',
    labels: { le: most === Number.POSITIVE_INFINITY ? '+Inf' : String(most) },
    value: counts[at] ?? count,
  }));
  const rest: readonly Sample[] = [
    { suffix: '_sum', labels: {}, value: sum },
    { suffix: '_count', labels: {}, value: count },
  ];
  return { name: `mcpform_${name}`, type: 'histogram', help, samples: [...buckets, ...rest] };
}

function conditionsOf(
  state: LoopState | null,
): readonly (readonly [Readonly<Record<string, string>>, number])[] {
  return (state?.conditions ?? []).flatMap(({ type, status }) =>
    (['True', 'False', 'Unknown'] as const).map(
      (each) => [{ type, status: each }, each === status ? 1 : 0] as const,
    ),
  );
}

function plannedOf(
  report: PassReport | null,
): readonly (readonly [Readonly<Record<string, string>>, number])[] {
  return Object.entries(report?.planned ?? {}).map(([action, count]) => [{ action }, count] as const);
}

function heldIn(report: PassReport | null): readonly (readonly [Readonly<Record<string, string>>, number])[] {
  const counts = counter();
  for (const because of Object.values(report?.held ?? {})) add(counts, because, 1);
  return Object.entries(counts).map(([because, count]) => [{ because }, count] as const);
}

function suspendedIn(state: LoopState | null): number {
  return Object.keys(state?.suspended ?? {}).filter((address) => address !== '*').length;
}
