import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
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
  const origin = stack === undefined ? await originOf(request, ctx) : null;
  const all = await booksOfUser(ctx);
  const fitting = all.filter(({ inventory }) =>
    stack === undefined ? isFrom(inventory, origin) : inventory.stack === stack,
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

/** What books remember of the stack that is meant. */
interface Origin {
  readonly root: string;
  /** Relative to the work tree; null: the one that is found without being named. */
  readonly files: readonly string[] | null;
}

/** Null where there is not even the folder. */
async function originOf({ cwd, files }: LoadRequest, { system }: Context): Promise<Origin | null> {
  const real = (path: string): Promise<string> => system.files.realPath(path);
  const paths = files.map((file) => resolve(cwd, file));
  try {
    const folder = await real(paths[0] === undefined ? cwd : dirname(paths[0]));
    const git = await readGitFacts(folder, system.files);
    const workTree = git === null ? folder : await real(git.root);
    const named = await Promise.all(
      paths.map(async (path) => relative(workTree, join(await real(dirname(path)), basename(path)))),
    );
    return {
      root: git === null ? folder : await real(git.mainRoot),
      files: named.length === 0 ? null : named.map((path) => path.split(sep).join('/')),
    };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Another manifest of the same folder is another stack. */
function isFrom({ source }: Inventory, origin: Origin | null): boolean {
  if (origin === null || source.root !== origin.root) return false;
  const { files } = origin;
  if (files === null) return source.files.length === 1 && /(?:^|\/)mcp\.ya?ml$/.test(source.files[0] ?? '');
  return source.files.length === files.length && files.every((file, at) => source.files[at] === file);
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
