import type { Context } from '../../../model/context.ts';
import { McpformError } from '../../../model/error.ts';
import type { Begin } from '../../../model/journal.ts';
import { digestLeaf } from '../../../model/leaves.ts';
import { isMadeBy } from '../labels.ts';
import { nameOf } from '../place.ts';
import { STATUSES, statusIn } from './check-precondition.ts';
import { endStopInFlight } from './end-stop-in-flight.ts';
import type { Reached } from './find-engine.ts';
import { removeMade } from './make-container.ts';
import { spentName, waitingName } from './names.ts';
import { type Found, readBack } from './read-back.ts';
import { retireSpent } from './retire-container.ts';
import { startAgain } from './start-again.ts';

/** One step that was begun, and where. */
interface Begun extends Reached {
  readonly begin: Begin;
  readonly ctx: Context;
}

const NAME_TRIES = 4;
const PAUSE_MS = 300;

/**
 * Brings what is there to as it was before a step, or after it. What the old container is called says which: as long as
 * it waits, the new one was not known to work.
 */
export async function recoverContainer(begin: Begin, reached: Reached, ctx: Context): Promise<void> {
  const { engine } = reached;
  const { operation, place, previousPlace = place } = begin;
  const former = nameOf(previousPlace);
  const spent = await engine.inspectContainer(spentName(former, operation));
  if (spent !== null) return await retire(engine, spent, begin, ctx);
  const waiting = waitingName(former, operation);
  const old = await readBack(reached, waiting, previousPlace);
  if (old !== null && (await isSuperseded({ ...reached, begin, ctx }))) {
    return await retire(engine, { ...old.info, Name: waiting }, begin, ctx);
  }
  if (old !== null) return await rollBack({ ...reached, begin, ctx }, old);
  if (begin.action === 'create') await removeMade(engine, nameOf(place), operation);
}

async function retire(
  engine: Reached['engine'],
  container: Parameters<typeof retireSpent>[1],
  { address }: Begin,
  ctx: Context,
): Promise<void> {
  for (const finding of await retireSpent(engine, container, address)) ctx.emit({ kind: 'finding', finding });
}

/**
 * Somebody made another one in the place of the one that was to be replaced: it cannot have its name back, and was to go.
 * What is there now is for the next plan.
 */
async function isSuperseded({ engine, begin }: Begun): Promise<boolean> {
  const { action, operation, place, previousPlace = place } = begin;
  if (action !== 'replace') return false;
  const there = await engine.inspectContainer(nameOf(previousPlace));
  return there !== null && !isMadeBy(there.Config.Labels, operation);
}

async function rollBack(begun: Begun, old: Found): Promise<void> {
  const { engine, begin, ctx } = begun;
  const { operation, place, address } = begin;
  const status = statusBefore(begun, old);
  await endStopInFlight(engine, { old, name: nameOf(place), operation });
  await removeMade(engine, nameOf(place), operation);
  // Its name comes last: as long as it waits, whoever is killed here is recovered again.
  const trouble = await startAgain({ engine, clock: ctx.system.clock }, old.info.Id, status);
  await renameBack(begun, old);
  if (trouble === null) return;
  ctx.emit({
    kind: 'finding',
    finding: {
      code: 'ENGINE_CONTAINER',
      severity: 'warning',
      address,
      message: `the last run was interrupted; the container of "${address}" is back, but ${trouble}`,
      hint: 'see what the plan says about it',
    },
  });
}

/** The books have it by its digest: of all that was there, or of what was to change. Unchanged, it was as wanted. */
function statusBefore({ begin, ctx }: Begun, { observed }: Found): string {
  const { before, place, previousPlace = place } = begin;
  const { digest } = ctx;
  const whole = before?.[''];
  const attributes = { ...observed.attributes, name: nameOf(previousPlace) };
  if (whole !== undefined) return statusIn(attributes, whole, digest) ?? 'running';
  const known = before?.['/status'];
  return STATUSES.find((status) => digestLeaf('/status', status, digest) === known) ?? 'running';
}

/** Where an engine was still busy creating, what it created is in the way. ENGINE_NAME_TAKEN when somebody else is. */
async function renameBack({ engine, begin, ctx }: Begun, { info }: Found): Promise<void> {
  const { operation, place, previousPlace = place } = begin;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await engine.renameContainer(info.Id, nameOf(previousPlace));
    } catch (error) {
      const isTaken = error instanceof McpformError && error.code === 'ENGINE_NAME_TAKEN';
      if (!isTaken || attempt === NAME_TRIES) throw error;
    }
    await ctx.system.clock.sleep(PAUSE_MS);
    await removeMade(engine, nameOf(place), operation);
  }
}
