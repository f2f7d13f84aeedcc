import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Inventory } from '../../model/inventory.ts';
import { readInventory } from '../../state/inventory-file.ts';
import { readStubs } from '../../state/launches-in-books.ts';
import { type Asker, readState } from '../../state/read-state.ts';
import { type Declared, declare } from '../declare.ts';
import { readGitFacts } from '../git-facts.ts';
import type { LoadRequest } from '../load.ts';

/** The books whose grants are looked at, and the manifest where it can be read. */
export interface GrantBooks extends Asker {
  readonly folder: string;
  readonly inventory: Inventory | null;
  readonly declared: Declared | null;
}

/**
 * The books of the manifest at hand. Where it is gone or broken, those of the one stack that was applied from here; with
 * `stack`, those of the one of that name. Throws what was wrong with the manifest where no books are found, and USAGE
 * where several are.
 */
export async function findGrantBooks(
  request: LoadRequest,
  stack: string | undefined,
  ctx: Context,
): Promise<GrantBooks> {
  const found = stack === undefined ? await ofManifest(request, ctx) : null;
  if (found !== null && !(found instanceof McpformError)) return found;
  const root = stack === undefined ? await rootOf(request, ctx) : null;
  const all = await booksOfUser(ctx);
  const fitting = all.filter(({ inventory }) =>
    stack === undefined ? inventory.source.root === root : inventory.stack === stack,
  );
  const [first, ...others] = fitting;
  if (first === undefined) throw found ?? unknownStack(stack, all);
  if (others.length > 0) throw tooMany(fitting, stack);
  const { folder, inventory } = first;
  const asker = { stack: inventory.stack, source: inventory.source };
  // Of another machine or user, or with another key: not ours to change.
  const state = await readState(folder, asker, ctx);
  return { ...asker, folder, inventory: state.inventory, declared: null };
}

async function ofManifest(request: LoadRequest, ctx: Context): Promise<GrantBooks | McpformError> {
  let declared: Declared;
  try {
    declared = await declare(request, ctx);
  } catch (error) {
    if (error instanceof McpformError && /^(?:MANIFEST|LOCK|GRAPH)_/.test(error.code)) return error;
    throw error;
  }
  const asker = { stack: declared.manifest.name, source: declared.loaded.source };
  const { inventory } = await readState(declared.books, asker, ctx);
  return { ...asker, folder: declared.books, inventory, declared };
}

/** What books remember of a stack that is applied from here. */
async function rootOf({ cwd }: LoadRequest, { system }: Context): Promise<string> {
  const folder = await system.files.realPath(cwd);
  const git = await readGitFacts(folder, system.files);
  return git === null ? folder : await system.files.realPath(git.mainRoot);
}

interface Books {
  readonly folder: string;
  readonly inventory: Inventory;
}

/** Those that can be read: of others, nobody knows which stack they are of. */
async function booksOfUser(ctx: Context): Promise<readonly Books[]> {
  const stubs = await readStubs(ctx);
  const books = await Promise.all(
    stubs.map(async (stub) => {
      if (stub === null) return null;
      try {
        const inventory = await readInventory(stub.folder, ctx);
        return inventory === null ? null : { folder: stub.folder, inventory };
      } catch (error) {
        if (error instanceof McpformError) return null;
        throw error;
      }
    }),
  );
  return books.filter((each) => each !== null);
}

function unknownStack(stack = '', all: readonly Books[]): McpformError {
  const names = [...new Set(all.map(({ inventory }) => inventory.stack))].sort();
  return new McpformError('USAGE', `no stack "${stack}" was ever applied here`, {
    hint: names.length === 0 ? 'none was' : `stacks are ${names.join(', ')}`,
  });
}

function tooMany(books: readonly Books[], stack: string | undefined): McpformError {
  const which = books.map(({ inventory }) => `"${inventory.stack}" of ${inventory.source.root}`).join(', ');
  return new McpformError('USAGE', `it could be the books of ${which}`, {
    hint:
      stack === undefined
        ? 'name one with `--stack NAME`, or its manifest with `-f FILE`'
        : 'run it in the folder of the one that you mean, or name its manifest with `-f FILE`',
  });
}
