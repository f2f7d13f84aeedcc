import { apply } from '../apply/apply.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Outcome } from '../model/event.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import type { Finding } from '../model/finding.ts';
import type { Grant } from '../model/grant.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Begin } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Provider, Work } from '../model/provider.ts';
import type { Place } from '../model/resource.ts';
import { obstaclesTo } from '../plan/guards.ts';
import { isDenied } from '../plan/is-denied.ts';
import { needsApproval } from '../plan/needs-approval.ts';
import { withinApproval } from '../plan/within-approval.ts';
import { loadProvider } from '../providers/index.ts';
import { openRun, type Run } from '../state/run.ts';
import type { Declared } from './declare.ts';
import { draftPlan, type PlanRequest } from './draft-plan.ts';
import type { Gates } from './gates.ts';
import { endsHold } from './hold.ts';
import type { LockUpdate } from './lock/update-lock.ts';
import type { Unprepared } from './prepare-launches.ts';
import { recordApply } from './record-apply.ts';
import { dropGrants, fillSecrets, grantSecrets, sweepFolders } from './secrets/apply-secrets.ts';
import { secretStanding } from './secrets/standing.ts';
import { type Survey, survey } from './survey.ts';
import { toWork } from './to-work.ts';

export interface ApplyRequest extends PlanRequest {
  /** What the person typed, for the lock and the history. */
  readonly command: string;
  /** How long to wait for another mcpform that holds the books. */
  readonly lockWaitMs: number;
  /** Look again after the providers' settle time. */
  readonly settles: boolean;
  /** `--allow-destroy`, or a command whose purpose it is. */
  readonly allowDestroy: boolean;
  /** A saved plan that this machine sealed; nothing beyond it is done. */
  readonly approval?: Plan;
  /** What was looked up for this apply, to be written once it is approved. */
  readonly lockUpdate?: LockUpdate;
  /** Set for a rollback: the stack is on hold afterwards. */
  readonly hold?: NonNullable<Inventory['hold']>;
}

export interface Applied {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly exitCode: ExitCode;
  /** Where everything is that is declared or was managed, whether it needed something or not. */
  readonly places: readonly Place[];
}

/** Shows a plan that would change something and says whether to go on. A prompt lists the deletes, so it covers them. */
export type Approve = (plan: Plan, obstacles: readonly Finding[]) => Promise<boolean>;

/** Plan, approve, perform, record: everything that happens under the lock of the books. */
export async function applyStack(
  declared: Declared,
  request: ApplyRequest,
  approve: Approve,
  ctx: Context,
): Promise<Applied> {
  const run = await openRun(
    declared.books,
    {
      command: request.command,
      waitMs: request.lockWaitMs,
      stack: declared.manifest.name,
      source: declared.loaded.source,
    },
    ctx,
  );
  try {
    const isHoldOver = await endsHold(run.inventory, { declared, mode: request.mode }, ctx);
    const seen = await lookAround(declared, run, request, ctx);
    const looks = request.mode !== 'destroy' && request.checksSecrets;
    const secrets = await secretStanding(declared, { looks }, ctx);
    const drafted = await draftPlan(declared, seen.inventory, { world: seen.world, secrets }, request, ctx);
    const plan: Plan = { ...drafted, findings: [...drafted.findings, ...seen.findings] };
    ctx.emit({ kind: 'plan.ready', plan });
    if (!(await isApproved(plan, request, approve))) {
      // Whoever interrupts a question has not answered it.
      ctx.signal.throwIfAborted();
      throw new McpformError('NOT_APPROVED', 'the plan was not approved, so nothing was changed');
    }
    ctx.signal.throwIfAborted();
    const { gateOf } = await gatesFor(plan, seen);
    const { inventory, folder } = run;
    const approved = { plan, declared, world: seen.world, inventory, folder, secrets, mode: request.mode };
    const granted = await grantSecrets(approved, ctx);
    const filled = await fillSecrets(approved, ctx);
    const work = toWork(plan, {
      lineage: run.inventory.lineage,
      gateOf,
      rendered: filled.rendered,
      entries: run.inventory.entries,
      lock: declared.lock,
      revision: declared.loaded.git?.revision ?? null,
      digest: ctx.digest,
    });
    const unprepared = await prepare(declared, { seen, plan, request, granted }, ctx);
    const unready = new Map([...unprepared, ...filled.unready]);
    const outcomes = await perform(work, { seen, run, request, unready }, ctx);
    await recordApply({ declared, seen, run, request, plan, outcomes, isHoldOver }, ctx);
    await sweepFolders(inventory.entries, run.inventory, outcomes, ctx);
    await dropGrants(granted, { ...approved, entries: run.inventory.entries }, ctx);
    const managed = [...seen.world.rendered, ...Object.values(run.inventory.entries)];
    const places = managed.map(({ place }) => place);
    return { plan, outcomes, exitCode: exitCodeOf(plan, outcomes, ctx.signal), places };
  } finally {
    await run.release();
  }
}

/** Observes, and settles what an interrupted run left, in the journal too. */
async function lookAround(
  declared: Declared,
  run: Run,
  { closed }: Pick<ApplyRequest, 'closed'>,
  ctx: Context,
): Promise<Survey> {
  const inventory = run.isNew ? null : run.inventory;
  // Before anybody looks, and before the journal lets go of them: were we killed here too, the next run would go on.
  const unavailable = await recover(run.pending, ctx);
  // What is settled goes through the journal below, and the books are asked again then.
  const known = { inventory, pending: run.pending, settledBy: () => inventory, unavailable };
  const state = closed === undefined ? known : { ...known, closed };
  const seen = await survey(declared, state, ctx);
  if (seen.settled.ends.length === 0) return seen;
  for (const { address, settled } of seen.settled.settled) ctx.emit({ kind: 'recovery', address, settled });
  await run.recover(seen.settled.ends);
  return { ...seen, inventory: run.inventory };
}

async function recover(all: readonly Begin[], ctx: Context): Promise<ReadonlyMap<string, Finding>> {
  const unavailable = new Map<string, Finding>();
  for (const name of new Set(all.map(({ provider }) => provider))) {
    const pending = all.filter(({ provider }) => provider === name);
    const left = await (await loadProvider(name)).recover?.(pending, ctx);
    for (const [file, finding] of left ?? []) unavailable.set(file, finding);
  }
  return unavailable;
}

async function isApproved(plan: Plan, request: ApplyRequest, approve: Approve): Promise<boolean> {
  if (request.approval !== undefined) {
    const exceeding = withinApproval(request.approval, plan);
    if (exceeding.length > 0) {
      throw new McpformError('PLAN_STALE', 'the saved plan no longer covers what would be done', {
        findings: exceeding,
        hint: 'make and review a new plan',
      });
    }
  }
  const consents = request.allowDestroy || request.approval !== undefined;
  const forbidding = obstaclesTo(plan, { allowDestroy: true });
  if (forbidding.length > 0) throw refused(forbidding);
  if (!plan.steps.some(needsApproval)) return true;
  if (request.approval !== undefined) return true;
  return await approve(plan, obstaclesTo(plan, { allowDestroy: consents }));
}

/** A guard or an error stands in the way; its code decides the exit code. */
export function refused(obstacles: readonly Finding[]): McpformError {
  const [first] = obstacles;
  if (first === undefined) throw new Error('refused without an obstacle');
  return new McpformError(first.code, 'the plan cannot be applied', { findings: obstacles });
}

interface Prepare {
  readonly seen: Survey;
  readonly plan: Plan;
  readonly request: ApplyRequest;
  readonly granted: readonly Grant[];
}

/** The lock as it was approved goes to disk, and what will be started into the store, before anything is written. */
async function prepare(
  declared: Declared,
  { seen, plan, request, granted }: Prepare,
  ctx: Context,
): Promise<Unprepared> {
  const { lockUpdate } = request;
  if (lockUpdate !== undefined) {
    const { writeLockFiles } = await import('./lock/write-lock-files.ts');
    await writeLockFiles(declared.loaded.lockPath, lockUpdate.lock, lockUpdate.trees, ctx);
  }
  const untouched = new Set(
    plan.steps.filter(({ action }) => action === 'conflict').map(({ address }) => address),
  );
  const wanted = seen.world.rendered.filter(
    ({ desired }) => desired.launch !== undefined && !untouched.has(desired.address),
  );
  if (wanted.length === 0 || request.mode === 'destroy') return new Map();
  const { prepareLaunches } = await import('./prepare-launches.ts');
  return await prepareLaunches(wanted, { ...declared, granted }, ctx);
}

/** Health checks are loaded where something is started that has one. */
async function gatesFor(plan: Plan, { world }: Survey): Promise<Pick<Gates, 'gateOf'>> {
  const isNeeded = plan.steps.some(
    ({ place, action }) => action !== 'conflict' && place.path[0] === 'container',
  );
  if (!isNeeded) return { gateOf: () => undefined };
  return (await import('./gates.ts')).gates(world.engines);
}

async function perform(
  work: readonly Work[],
  { seen, run, request, unready }: { seen: Survey; run: Run; request: ApplyRequest; unready: Unprepared },
  ctx: Context,
): Promise<readonly Outcome[]> {
  const providers = seen.world.providers;
  const providerOf = (name: string): Provider => {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`provider "${name}" was not asked`);
    if (request.settles) return provider;
    const { settle: _, ...unsettled } = provider;
    return unsettled;
  };
  return await apply(work, { providerOf, journal: run.journal, unready }, ctx);
}

/** Interrupted beats denied, because what it says of the rest is not known; denied beats partly applied. */
function exitCodeOf(plan: Plan, outcomes: readonly Outcome[], signal: AbortSignal): ExitCode {
  if (signal.aborted) return EXIT.interrupted;
  if (isDenied(plan)) return EXIT.denied;
  return outcomes.every(({ result }) => result === 'done') ? EXIT.ok : EXIT.partial;
}
