import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Inventory } from '../model/inventory.ts';
import { readIfThere } from './durable-file.ts';
import { filesIn } from './folder.ts';
import { listGenerations } from './generations.ts';
import { readInventory } from './inventory-file.ts';
import { readStubs } from './launches-in-books.ts';
import { assertNotLost, type LineageStub } from './lineage-stub.ts';

type Disk = Pick<Context, 'system' | 'folders'>;

export interface NamedDigests {
  /** `sha256:` + hex of everything that any books of this user name, in whatever role. */
  readonly digests: ReadonlySet<string>;
  /** Absolute paths of the stacks' first manifest files. */
  readonly manifests: readonly string[];
}

/**
 * All digests in the inventories, journals and kept generations of every stack of this user. Throws (STATE_…) when
 * some of them cannot be read: then nobody knows what they name.
 */
export async function digestsInBooks(ctx: Disk): Promise<NamedDigests> {
  const digests = new Set<string>();
  const manifests: string[] = [];
  for (const stub of await readStubs(ctx)) {
    if (stub === null) throw unreadable(ctx);
    const { inventory, texts } = await readTexts(stub, ctx);
    for (const text of texts) for (const digest of digestsIn(text)) digests.add(digest);
    const [first] = inventory?.source.files ?? [];
    if (inventory !== null && first !== undefined) manifests.push(join(inventory.source.root, first));
  }
  return { digests, manifests };
}

export function digestsIn(text: string): readonly string[] {
  return text.match(/sha256:[0-9a-f]{64}(?![0-9a-f])/g) ?? [];
}

async function readTexts(
  { folder, hasEntries }: LineageStub,
  ctx: Disk,
): Promise<{ readonly inventory: Inventory | null; readonly texts: readonly string[] }> {
  // The journal first: whatever has left it by then is in the inventory.
  const journal = await readIfThere(filesIn(folder).journal, ctx);
  const inventory = await readInventory(folder, ctx);
  if (inventory === null && hasEntries) await assertNotLost(folder, ctx);
  const { generations, findings } = await listGenerations(folder, ctx);
  const [broken] = findings;
  if (broken !== undefined) {
    throw new McpformError(broken.code, `${broken.message}, in "${filesIn(folder).generations}"`, {
      hint: 'put the file back; what that generation needs is not known without it',
    });
  }
  const texts = [
    journal?.toString() ?? '',
    JSON.stringify(inventory),
    ...generations.map((each) => JSON.stringify(each)),
  ];
  return { inventory, texts };
}

function unreadable({ folders }: Pick<Context, 'folders'>): McpformError {
  const folder = join(folders.data, 'lineages');
  return new McpformError('STATE_UNREADABLE', `a file in "${folder}" does not say where the books are`, {
    hint: 'remove it if its stack is gone for good; the next apply of a stack writes it again',
  });
}
