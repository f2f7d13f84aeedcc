import type { Context } from '../../model/context.ts';
import type { InventoryEntry } from '../../model/inventory.ts';
import { digestLeaf } from '../../model/leaves.ts';
import type { Desired, Fill } from '../../model/resource.ts';
import type { SecretValue } from '../../model/secret.ts';
import { booksFolder, type SecretFolder, secretFolder } from './secret-folder.ts';

export interface FolderSite {
  /** From `memoryFolders`. */
  readonly roots: readonly string[];
  /** Of the books. */
  readonly lineage: string;
  /** What the books say of the container. */
  readonly entry: InventoryEntry | undefined;
}

/** A folder of secrets, and where. */
export interface PlacedFolder {
  readonly folder: SecretFolder;
  readonly root: string;
  /** It is the one that the container was made with. */
  readonly isRecorded: boolean;
}

/**
 * The folder for the secrets of a container: the one that the books have where the values are the same, whichever root
 * that was in, else the one in the best root. Null without any root.
 */
export function containerFolder(
  fill: Extract<Fill, { kind: 'folder' }>,
  { desired, values }: { readonly desired: Desired; readonly values: ReadonlyMap<string, SecretValue> },
  { roots, lineage, entry }: FolderSite,
  ctx: Pick<Context, 'digest'>,
): PlacedFolder | null {
  const files = new Map(fill.secrets.map((name) => [name, secretNamed(name, values)]));
  const object = desired.kind === 'entry' ? desired.server : desired.name;
  const placed = roots.map((root): PlacedFolder => {
    const folder = secretFolder(booksFolder(root, lineage, ctx), { object, files }, ctx);
    const digest = digestLeaf(fill.pointer, folder.path, ctx.digest);
    return { folder, root, isRecorded: entry?.base[fill.pointer] === digest };
  });
  return placed.find(({ isRecorded }) => isRecorded) ?? placed[0] ?? null;
}

function secretNamed(name: string, values: ReadonlyMap<string, SecretValue>): SecretValue {
  const value = values.get(name);
  if (value === undefined) throw new Error(`secret "${name}" was not looked at`);
  return value;
}
