import { listContainers, removeContainer } from '../launch/docker/engine-cli.ts';
import { judgeContainer } from '../launch/docker/find-leaks.ts';
import { LAUNCH_LABEL } from '../launch/docker/labels.ts';
import { lookAtContainer, lookAtContainers } from '../launch/docker/look.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { inParallel } from '../model/in-parallel.ts';
import type { LeftContainer, SweepOutcome, SweepReport } from '../model/sweep.ts';

export interface SweepRequest {
  /** Suspects that are at least so old are removed too; null: none. */
  readonly olderThanMs: number | null;
}

/** Each is stopped, unmounted and removed by the engine, which is busy with few of them. */
const PARALLEL = 4;

/** What is left behind on the engine that `docker` talks to, and what of it a sweep removes. Changes nothing. */
export async function findSweepable({ olderThanMs }: SweepRequest, ctx: Context): Promise<SweepReport> {
  const [ours, running] = await Promise.all([
    listContainers({ label: LAUNCH_LABEL }, ctx),
    listContainers('running', ctx),
  ]);
  const found = await judgeAll([...new Set([...ours, ...running])], ctx);
  return reportOf(found, olderThanMs, ctx);
}

/** Those of ours that are certainly left behind, for `status`. */
export async function findLeaked(ctx: Context): Promise<readonly LeftContainer[]> {
  const ids = await listContainers({ label: LAUNCH_LABEL }, ctx);
  const { containers } = reportOf(await judgeAll(ids, ctx), null, ctx);
  return containers.filter(({ standing }) => standing === 'leaked');
}

interface Judged {
  readonly found: readonly Omit<LeftContainer, 'isChosen'>[];
  readonly hanging: readonly string[];
}

function reportOf({ found, hanging }: Judged, olderThanMs: number | null, { system }: Context): SweepReport {
  const nowMs = system.clock.now();
  const isTooOld = ({ created }: Pick<LeftContainer, 'created'>): boolean =>
    olderThanMs !== null && nowMs - Date.parse(created) >= olderThanMs;
  const containers = found.map(
    (each): LeftContainer => ({
      ...each,
      isChosen: each.standing === 'leaked' || (each.standing === 'suspect' && isTooOld(each)),
    }),
  );
  const byAge = (a: LeftContainer, b: LeftContainer): number =>
    a.created === b.created ? (a.id < b.id ? -1 : 1) : a.created < b.created ? -1 : 1;
  const now = new Date(nowMs).toISOString();
  return { formatVersion: '1.0', now, containers: containers.sort(byAge), hanging };
}

/** Left out are those in use, and those that have nothing to do with us. */
async function judgeAll(ids: readonly string[], ctx: Context): Promise<Judged> {
  const { processes } = ctx.system;
  const me = await processes.identity();
  const { containers, hanging } = await lookAtContainers(ids, ctx);
  const judged = await Promise.all(
    containers.map(async (container) => ({
      container,
      verdict: await judgeContainer(container, me, processes.inspect),
    })),
  );
  const found = judged.flatMap(({ container: { id, name, image, state, created }, verdict }) =>
    'because' in verdict ? [{ id, name, image, state, created, ...verdict }] : [],
  );
  return { found, hanging };
}

/**
 * Removes what is chosen, each after another look: what is not as it was shown is kept. One that cannot be removed
 * leaves the others alone. After an interrupt no other one is begun, and those have no outcome.
 */
export async function removeSwept(report: SweepReport, ctx: Context): Promise<readonly SweepOutcome[]> {
  const outcomes: SweepOutcome[] = [];
  const chosen = report.containers.filter(({ isChosen }) => isChosen);
  await inParallel(chosen, PARALLEL, async (container) => {
    if (ctx.signal.aborted) return;
    const outcome = await removeOne(container, ctx);
    ctx.emit({ kind: 'sweep.finished', container, outcome });
    outcomes.push(outcome);
  });
  return outcomes;
}

async function removeOne({ id, standing, because }: LeftContainer, ctx: Context): Promise<SweepOutcome> {
  const { processes } = ctx.system;
  try {
    const container = await lookAtContainer(id, ctx);
    if (container === null) return { id, result: 'gone' };
    const verdict = await judgeContainer(container, await processes.identity(), processes.inspect);
    const isAsShown = verdict.standing === standing && verdict.because === because;
    if (!isAsShown || container.id !== id) return { id, result: 'kept' };
    return { id, result: await removeContainer(container, ctx) };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    return { id, result: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } };
  }
}
