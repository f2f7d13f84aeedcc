import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Desired, Fill } from '../../model/resource.ts';
import type { SecretValue } from '../../model/secret.ts';
import type { Rendered } from '../observe.ts';
import { containerFolder, type PlacedFolder } from './container-folder.ts';
import type { Looks } from './look.ts';
import { memoryFolders } from './memory-folders.ts';
import { makeSecretFolder } from './secret-folder.ts';

export type FolderFill = Extract<Fill, { kind: 'folder' }>;

/** By the manifest's names for them. */
export type Values = ReadonlyMap<string, SecretValue>;

/** Which folder a container's secrets go to; null: there is no memory for one. */
export type PlaceFolder = (fill: FolderFill, desired: Desired, values: Values) => PlacedFolder | null;

export async function folderPlacer(
  rendered: readonly Rendered[],
  { lineage, entries }: Pick<Inventory, 'lineage' | 'entries'>,
  ctx: Context,
): Promise<PlaceFolder> {
  const roots = rendered.some(({ desired }) => desired.fills?.some(isFolder)) ? await memoryFolders(ctx) : [];
  return (fill, desired, values) =>
    containerFolder(fill, { desired, values }, { roots, lineage, entry: entries[desired.address] }, ctx);
}

/**
 * Makes the folder of a container that stays as it is, if it lost it: where its secrets are known, and still those that
 * it was made with.
 */
export async function keepFolder(
  { desired }: Rendered,
  { looks, place }: { readonly looks: Looks; readonly place: PlaceFolder },
  ctx: Context,
): Promise<void> {
  const fill = desired.fills?.find(isFolder);
  if (fill === undefined) return;
  const values = knownValues(desired, looks);
  if (!fill.secrets.every((name) => values.has(name))) return;
  const placed = place(fill, desired, values);
  if (placed?.isRecorded !== true) return;
  try {
    await makeSecretFolder(placed.folder, placed.root, ctx);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    const { address, at } = desired;
    const finding = { code, severity: 'warning', message: `"${address}": ${message}`, address, at } as const;
    ctx.emit({ kind: 'finding', finding: { ...finding, ...(hint === undefined ? {} : { hint }) } });
  }
}

function isFolder(fill: Fill): fill is FolderFill {
  return fill.kind === 'folder';
}

export function knownValues({ secrets }: Desired, looks: Looks): Values {
  return new Map(
    secrets.flatMap(({ name, locator }) => {
      const look = looks.get(locator);
      return name === undefined || look?.kind !== 'value' ? [] : [[name, look.value] as const];
    }),
  );
}
