import { createHash } from 'node:crypto';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Inventory } from '../model/inventory.ts';
import { linkOrCreate, readIfThere, removeIfThere, replaceFile } from './durable-file.ts';
import { exists, filesIn } from './folder.ts';

type Disk = Pick<Context, 'system'>;

/**
 * The text of an inventory: JSON, one entry per line. The second line holds a checksum of every byte after it,
 * so that reading costs one pass and no canonical form.
 */
function printInventory(inventory: Inventory): string {
  const { entries, ...head } = inventory;
  const lines = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  );
  const addresses = Object.keys(entries).sort();
  const body = addresses.map((address) => `${JSON.stringify(address)}: ${JSON.stringify(entries[address])}`);
  const rest = `${lines.join('\n')}\n"entries": {\n${body.join(',\n')}\n}}\n`;
  return `{\n"checksum": "${checksumOf(rest)}",\n${rest}`;
}

const firstLines = /^\{\n"checksum": "(sha256:[0-9a-f]{64})",\n/;

/** The inventory in a text, or what is wrong with it. */
function parseInventory(
  text: string,
):
  | { readonly inventory: Inventory }
  | { readonly wrong: string; readonly code: 'STATE_CORRUPT' | 'STATE_FORMAT' } {
  if (text.trim() === '') return { wrong: 'is empty', code: 'STATE_CORRUPT' };
  const head = firstLines.exec(text);
  if (head === null) return { wrong: 'does not start with a checksum', code: 'STATE_CORRUPT' };
  if (checksumOf(text.slice(head[0].length)) !== head[1]) {
    return { wrong: 'does not match its checksum', code: 'STATE_CORRUPT' };
  }
  const { checksum: _, ...inventory } = JSON.parse(text) as Inventory & { checksum: string };
  const version: unknown = inventory.formatVersion;
  if (version !== 1) return { wrong: `has format version ${JSON.stringify(version)}`, code: 'STATE_FORMAT' };
  return { inventory };
}

/** The inventory of a state folder, or null when there is no such file. Damaged or empty is a hard error. */
export async function readInventory(folder: string, ctx: Disk): Promise<Inventory | null> {
  const path = filesIn(folder).inventory;
  const bytes = await readIfThere(path, ctx);
  if (bytes === null) return null;
  const read = parseInventory(bytes.toString('utf8'));
  if ('inventory' in read) return read.inventory;
  throw new McpformError(read.code, `"${path}" ${read.wrong}`, {
    hint:
      read.code === 'STATE_FORMAT'
        ? 'use the version that wrote it, or a newer one'
        : await wayOut(folder, ctx),
  });
}

/** How to get books back: from the backup, if there is one, or from the world. */
export async function wayOut(folder: string, ctx: Disk): Promise<string> {
  const { inventory, previous } = filesIn(folder);
  const rebuild = 'run `mcpform state rebuild`, which looks at what is really there';
  if (!(await exists(previous, ctx))) return rebuild;
  return `restore the backup: \`cp ${JSON.stringify(previous)} ${JSON.stringify(inventory)}\`; or ${rebuild}`;
}

/** Writes the inventory, keeping the one before it. After any crash there is a whole one under its name. */
export async function writeInventory(folder: string, inventory: Inventory, ctx: Disk): Promise<void> {
  const { inventory: path, previous } = filesIn(folder);
  await keepPrevious(path, previous, ctx);
  await replaceFile(path, printInventory(inventory), ctx);
}

async function keepPrevious(path: string, previous: string, ctx: Disk): Promise<void> {
  const bytes = await readIfThere(path, ctx);
  if (bytes === null) return;
  await removeIfThere(previous, ctx);
  await linkOrCreate(path, previous, bytes, ctx);
}

function checksumOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
