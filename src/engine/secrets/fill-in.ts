import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Failure } from '../../model/event.ts';
import type { Inventory, InventoryEntry } from '../../model/inventory.ts';
import type { JsonObject, Pointer } from '../../model/json.ts';
import { isWithin } from '../../model/leaves.ts';
import type { Plan, Step } from '../../model/plan.ts';
import type { Desired, Fill, Observed } from '../../model/resource.ts';
import type { Rendered } from '../observe.ts';
import type { PlacedFolder } from './container-folder.ts';
import { filledDigest, usesOf, valueAt, withValue } from './fills.ts';
import { folderPlacer, keepFolder, knownValues, type PlaceFolder, type Values } from './keep-folder.ts';
import { type Looks, lookAt } from './look.ts';
import { makeSecretFolder } from './secret-folder.ts';
import { secretText } from './secret-text.ts';
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

interface Known {
  readonly looks: Looks;
  readonly place: PlaceFolder;
}

/** Of the secrets that mcpform hands on. */
function locatorsOf({ secrets }: Desired): readonly string[] {
  return [...new Set(secrets.filter(({ via }) => via !== 'reference').map(({ locator }) => locator))];
}

interface Standing {
  readonly step: Step;
  readonly now: JsonObject | undefined;
  readonly entry: InventoryEntry | undefined;
}

/**
 * What a step leaves as it is stays so, with the secrets that were filled in then: it was approved without anybody
 * knowing that there are others by now. The books keep telling that there are, and the next plan does.
 */
async function withSecrets(
  resource: Rendered,
  { looks, place, step, now, entry }: Known & Standing,
  ctx: Context,
): Promise<Rendered> {
  const { desired } = resource;
  const fingerprints: Record<string, string> = {};
  for (const { locator, via } of desired.secrets) {
    const look = looks.get(locator);
    if (via === 'reference' || look === undefined) continue;
    if (look.kind === 'failed') throw look.error;
    fingerprints[locator] = look.fingerprint;
  }
  const values = knownValues(desired, looks);
  let { attributes } = resource;
  const filled: Record<string, string> = {};
  for (const fill of desired.fills ?? []) {
    const { pointer } = fill;
    const stays = now === undefined || isWritten(pointer, step) ? undefined : valueAt(now, pointer);
    const value = textOf(fill, { desired, values, place });
    if (stays !== undefined && stays !== value.text) {
      for (const { locator } of usesOf(fill, desired)) {
        const before = entry?.fingerprints?.[locator];
        if (before !== undefined) fingerprints[locator] = before;
      }
    } else if (value.folder !== undefined) {
      await makeSecretFolder(value.folder.folder, value.folder.root, ctx);
    }
    attributes = withValue(attributes, pointer, stays ?? value.text);
    filled[pointer] = filledDigest(fill, desired, ctx.digest);
  }
  const books: Pick<InventoryEntry, 'fingerprints' | 'filled'> = {
    fingerprints,
    ...(desired.fills === undefined ? {} : { filled }),
  };
  return { ...resource, attributes, books };
}

function isWritten(pointer: Pointer, { action, paths }: Step): boolean {
  if (action === 'create' || action === 'replace') return true;
  return paths.some((path) => isWithin(pointer, path.pointer) || isWithin(path.pointer, pointer));
}

function textOf(
  fill: Fill,
  { desired, values, place }: { desired: Desired; values: Values; place: PlaceFolder },
): { readonly text: string; readonly folder?: PlacedFolder } {
  if (fill.kind === 'text') return { text: secretText(fill, desired, values) };
  const folder = place(fill, desired, values);
  if (folder !== null) return { text: folder.folder.path, folder };
  const words = 'this machine has no folder in memory for secrets any more';
  throw new McpformError('SECRET_FOLDER_FAILED', words, { hint: 'plan again' });
}
