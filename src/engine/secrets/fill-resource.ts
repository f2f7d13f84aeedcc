import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { InventoryEntry } from '../../model/inventory.ts';
import type { JsonObject, Pointer } from '../../model/json.ts';
import { isWithin } from '../../model/leaves.ts';
import type { Step } from '../../model/plan.ts';
import type { Desired, Fill } from '../../model/resource.ts';
import type { Rendered } from '../observe.ts';
import type { PlacedFolder } from './container-folder.ts';
import { filledDigest, usesOf, valueAt, withValue } from './fills.ts';
import { knownValues, type PlaceFolder, type Values } from './keep-folder.ts';
import type { Looks } from './look.ts';
import { makeSecretFolder } from './secret-folder.ts';
import { secretText } from './secret-text.ts';

/** Values, and where folders of them go. */
export interface Known {
  readonly looks: Looks;
  readonly place: PlaceFolder;
}

/** What is done about a resource, and how it stands before. */
export interface Standing {
  readonly step: Step;
  readonly now: JsonObject | undefined;
  readonly entry: InventoryEntry | undefined;
}

/**
 * What a step leaves as it is stays so, with the secrets that were filled in then: it was approved without anybody
 * knowing that there are others by now. The books keep telling that there are, and the next plan does.
 */
export async function withSecrets(
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
        if (before !== undefined && !wasShown(locator, step)) fingerprints[locator] = before;
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

/** Whoever said yes knew of the other value, so that it is not written is what the manifest wants. */
function wasShown(locator: string, { secrets }: Step): boolean {
  return secrets.some((use) => use.locator === locator && use.hasChanged === true);
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
