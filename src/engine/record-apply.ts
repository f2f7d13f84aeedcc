import { concealJson } from '../formats/conceal-json.ts';
import { launchId } from '../graph/launch-id.ts';
import { printLock } from '../lock/print-lock.ts';
import type { Context } from '../model/context.ts';
import type { Outcome } from '../model/event.ts';
import { isEmptyLock, type Lock } from '../model/lock.ts';
import type { Plan } from '../model/plan.ts';
import { removeEntries } from '../state/move-books.ts';
import type { Commit, Run } from '../state/run.ts';
import type { ApplyRequest } from './apply-stack.ts';
import type { Declared } from './declare.ts';
import type { World } from './observe.ts';
import { nextOwnership, writeOwnership } from './record-ownership.ts';
import type { Survey } from './survey.ts';

export interface ApplyRecord {
  readonly declared: Declared;
  readonly seen: Survey;
  readonly run: Run;
  readonly request: ApplyRequest;
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  /** The manifest says again what the stack was rolled back to. */
  readonly isHoldOver: boolean;
}

/** The books after an apply: shared ownership in the lock file first, then inventory and history. */
export async function recordApply(record: ApplyRecord, ctx: Context): Promise<void> {
  const { declared, seen, run, request, plan, outcomes, isHoldOver } = record;
  const { loaded, lock } = declared;
  const ownership = nextOwnership(lock.ownership, { plan, outcomes, rendered: seen.world.rendered });
  await writeOwnership(loaded.lockPath, declared.writtenLock, ownership, ctx);
  const hadLaunches = Object.values(seen.inventory?.entries ?? {}).some(({ launch }) => launch !== undefined);
  await dropLeft(record, ownership);
  await rememberImages(plan, outcomes, ctx);
  const isFirstOrSame = run.isNew || request.acceptsFiles;
  const change: Commit = {
    configs: seen.world.configs,
    ...(isFirstOrSame ? { source: loaded.source } : {}),
    ...(isHoldOver ? { hold: null } : {}),
    ...(request.hold === undefined ? {} : { hold: request.hold }),
  };
  const hasEffect = outcomes.some(({ action, result }) => action !== 'record' && result !== 'skipped');
  if (!hasEffect) {
    await run.commit(change);
    return;
  }
  await run.commit({
    ...change,
    generation: {
      command: request.command,
      manifest: declared.manifest,
      lock: isEmptyLock({ ...lock, ownership }) ? null : printLock({ ...lock, ownership }),
      plan: concealJson(plan, ctx.conceal),
      revision: loaded.git?.revision ?? null,
      outcomes,
      ...launchesOf(seen.world),
    },
  });
  const isReplaced = outcomes.some(({ action, result }) => action !== 'create' && result === 'done');
  if (!isReplaced || !hadLaunches) return;
  const { pruneLaunches } = await import('./prune-launches.ts');
  await pruneLaunches(ctx);
}

/** Images that an engine has because of this apply: `images prune` may remove them one day. */
async function rememberImages(plan: Plan, outcomes: readonly Outcome[], ctx: Context): Promise<void> {
  if (!plan.steps.some(({ place }) => place.path[0] === 'image')) return;
  const { rememberApplied } = await import('./images/remember-pulls.ts');
  await rememberApplied(plan, outcomes, ctx);
}

function launchesOf({ rendered }: World): { readonly launches?: readonly string[] } {
  const ids = rendered.flatMap(({ desired: { launch } }) => (launch === undefined ? [] : [launchId(launch)]));
  return ids.length === 0 ? {} : { launches: [...new Set(ids)].sort() };
}

/** For shared files the inventory is a cache: what the lock no longer owns, by a colleague's commit, leaves it. */
async function dropLeft({ declared, run }: ApplyRecord, ownership: Lock['ownership']): Promise<void> {
  const kept = new Set([
    ...Object.keys(ownership),
    ...declared.resources.map(({ desired }) => desired.address),
  ]);
  const left = Object.values(run.inventory.entries).filter(
    ({ address, place }) => place.isShared && !kept.has(address),
  );
  if (left.length > 0)
    await removeEntries(
      run,
      left.map(({ address }) => address),
    );
}
