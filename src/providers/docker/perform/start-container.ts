import type { Failure } from '../../../model/event.ts';
import type { Health, HealthFailure } from '../../../model/health.ts';
import { engineProbe } from './engine-probe.ts';
import { type Job, wantedOf } from './job.ts';
import { lastLines, maskLines } from './last-lines.ts';
import { StepFailure } from './results.ts';
import { staysUp, type Watched, watchContainer } from './watch-container.ts';

/** A program that is not as its image's author meant it ends in less. */
const STAYS_UP_MS = 1000;

/**
 * Waits until what was just started is known to work: by the step's gate, or because it runs and goes on running.
 * Rejects with a `StepFailure` that says what it wrote last. An interrupted run finishes what it began, so no signal
 * ends this.
 */
export async function waitUntilItWorks(job: Job, id: string, restarts: number): Promise<void> {
  const { work, engine, ctx } = job;
  const watched: Watched = { engine, id, restarts, clock: ctx.system.clock };
  if (work.gate === undefined) {
    const end = await staysUp(watched, STAYS_UP_MS);
    if (end !== null) throw new StepFailure(await ended(job, id, end));
    return;
  }
  const over = new AbortController();
  try {
    const { healthcheck } = wantedOf(work);
    const started = {
      ...(healthcheck === undefined ? {} : { probe: engineProbe(engine, id) }),
      ended: watchContainer(watched, over.signal),
      lastLines: () => lastLines(engine, id),
    };
    const health = await work.gate(started, { ...ctx, signal: new AbortController().signal });
    if (!works(health)) throw new StepFailure(unhealthy(job, health.failure));
  } finally {
    over.abort();
  }
}

/** One that wants to know who asks is there, and answers. */
function works({ state }: Health): boolean {
  return state !== 'unhealthy';
}

async function ended({ work, engine }: Job, id: string, end: string): Promise<Failure> {
  const detail = maskLines(await lastLines(engine, id), wantedOf(work));
  return {
    code: 'ENGINE_CONTAINER',
    message: `the container of "${work.step.address}" ${end}`,
    hint: 'see what it wrote; usually an argument or a variable is missing',
    ...(detail.length === 0 ? {} : { detail }),
  };
}

function unhealthy({ work }: Job, failure: HealthFailure | undefined): Failure {
  return (
    failure ?? {
      code: 'ENGINE_CONTAINER',
      message: `the container of "${work.step.address}" runs, but does not work`,
    }
  );
}
