import { resolve } from 'node:path';
import { parseAddress } from '../../engine/address-target.ts';
import { declare } from '../../engine/declare.ts';
import { observeWorld } from '../../engine/observe.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { booksMovedWords, stateMovedWords } from '../../report/state-words.ts';
import { stateFolder } from '../../state/folder.ts';
import { moveBooks, moveEntry } from '../../state/move-books.ts';
import { withBooks } from '../books.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';

export async function run(input: CommandInput, ctx: Context): Promise<Answer> {
  const [from, to] = input.args;
  const root = textOption(input.options, 'root');
  const acceptsSource = switchOption(input.options, 'acceptSource');
  if (root !== undefined || acceptsSource) {
    if (from !== undefined) throw usage();
    return await rebind(input, root, ctx);
  }
  if (from === undefined || to === undefined) throw usage();
  return await withBooks('state mv', input, ctx, async (books, declared) => {
    const parsed = parseAddress(to, declared.manifest);
    if (parsed === null) {
      throw new McpformError('USAGE', `"${to}" is no address`, {
        hint: 'write it like claude-code/user/github',
      });
    }
    const wanted = declared.resources.filter(({ desired }) => desired.address === to);
    const world = await observeWorld(
      { resources: wanted, places: [], targets: [parsed.target], root: declared.loaded.git?.root ?? null },
      ctx,
    );
    await moveEntry(books, from, to, world.rendered[0]?.place);
    await books.commit();
    return { exitCode: EXIT.ok, text: stateMovedWords(from, to), json: { formatVersion: '1.0', from, to } };
  });
}

/** Takes the books of another folder (or of this one under another name) over for the stack as it is here. */
async function rebind(input: CommandInput, root: string | undefined, ctx: Context): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const { manifest, loaded } = declared;
  const hasFolderTargets = manifest.servers.some(({ targets }) =>
    targets.some(({ scope }) => scope !== 'user'),
  );
  const from =
    root === undefined
      ? declared.books
      : stateFolder({ stack: manifest.name, root: resolve(input.cwd, root), hasFolderTargets }, ctx);
  await moveBooks(
    { from, to: declared.books, source: loaded.source, command: 'state mv', waitMs: lockWaitMs(input) },
    ctx,
  );
  return {
    exitCode: EXIT.ok,
    text: booksMovedWords(from, declared.books),
    json: { formatVersion: '1.0', from, to: declared.books },
  };
}

function usage(): McpformError {
  return new McpformError('USAGE', 'state mv takes two addresses, or --root, or --accept-source', {
    hint: '`mcpform state mv --help` shows each',
  });
}
