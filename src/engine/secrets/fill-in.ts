import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Failure } from '../../model/event.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import type { Desired, Observed } from '../../model/resource.ts';
import type { Rendered } from '../observe.ts';
import { type Known, withSecrets } from './fill-resource.ts';
import { folderPlacer, keepFolder } from './keep-folder.ts';
import { type Looks, lookAt } from './look.ts';
import type { NamedSource } from './sources.ts';

export interface FillIn {
  readonly plan: Plan;
  readonly rendered: readonly Rendered[];
  /** What was looked at before. */
  readonly looks: Looks;
  readonly sources: ReadonlyMap<string, NamedSource>;
  /** The books before this apply. */
  readonly inventory: Pick<Inventory, 'lineage' | 'entries'>;
  /** What is there now, by `place.key`. */
  readonly objects: ReadonlyMap<string, Observed>;
}

export interface FilledIn {
  /** With values: from here on, nothing of it is to be shown. */
  readonly rendered: readonly Rendered[];
  /** Whose secrets cannot be had, and why: these steps fail before they begin, and the rest goes on. */
  readonly unready: ReadonlyMap<Address, Failure>;
}

/**
 * Once a plan is approved: asks for the secrets of what it writes, puts them where they are to stand, and notes for the
 * books which they were. What the client expands itself is nobody's business here.
 *
 * Folders of secrets are there when it returns: those of what is written, and those of what stays as it is and lost its
 * own, as after a restart of the machine.
 */
export async function fillIn(
  { plan, rendered, looks, sources, inventory, objects }: FillIn,
  ctx: Context,
): Promise<FilledIn> {
  const written = new Map(
    plan.steps.filter(({ action }) => action !== 'conflict').map((step) => [step.address, step]),
  );
  const concerned = rendered.filter(({ desired }) => written.has(desired.address));
  const open = concerned
    .flatMap(({ desired }) => locatorsOf(desired))
    .filter((locator) => !looks.has(locator));
  const all: Looks = new Map([...looks, ...(await lookAt(open, sources, ctx))]);
  const place = await folderPlacer(rendered, inventory, ctx);
  const known: Known = { looks: all, place };
  const unready = new Map<Address, Failure>();
  const filled: Rendered[] = [];
  for (const resource of rendered) {
    const { address } = resource.desired;
    const step = written.get(address);
    if (step === undefined || locatorsOf(resource.desired).length === 0) {
      await keepFolder(resource, known, ctx);
      filled.push(resource);
      continue;
    }
    try {
      const now = objects.get(resource.place.key)?.attributes;
      const standing = { step, now, entry: inventory.entries[address] };
      filled.push(await withSecrets(resource, { ...known, ...standing }, ctx));
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      const { code, message, hint } = error;
      unready.set(address, { code, message, ...(hint === undefined ? {} : { hint }) });
      filled.push(resource);
    }
  }
  return { rendered: filled, unready };
}

/** Of the secrets that mcpform hands on. */
function locatorsOf({ secrets }: Desired): readonly string[] {
  return [...new Set(secrets.filter(({ via }) => via !== 'reference').map(({ locator }) => locator))];
}
