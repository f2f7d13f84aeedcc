import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { renderEventLine } from '../report/events.ts';
import { renderOutcomes } from '../report/outcomes.ts';
import { renderPlanText } from '../report/plan-text.ts';
import type { Log } from './log.ts';

const LOOK = { color: false, width: 100 };

/** The plan as at a terminal; its findings are annotations. */
export function logPlan(plan: Plan, log: Log): void {
  log.group('Plan');
  log.text(renderPlanText(plan, LOOK));
  log.endGroup();
}

/** What an apply did, step by step. */
export function logRun(events: readonly Event[], log: Log): void {
  for (const event of events) {
    if (event.kind === 'plan.ready') logPlan(event.plan, log);
  }
  log.text(events.map((event) => renderEventLine(event, LOOK)).join(''));
  const last = events.find((event) => event.kind === 'run.finished');
  if (last !== undefined && last.outcomes.length > 0) log.text(renderOutcomes(last.outcomes, LOOK));
}
