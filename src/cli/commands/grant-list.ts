import { findGrantBooks } from '../../engine/secrets/grant-books.ts';
import { listGrants } from '../../engine/secrets/grant-list.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderGrantsList } from '../../report/grants.ts';
import { readGrants } from '../../state/grants-file.ts';
import { type Answer, type CommandInput, textOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const books = await findGrantBooks(await loadRequest(input, ctx), textOption(input.options, 'stack'), ctx);
  const report = listGrants(books, await readGrants(books.folder, ctx));
  return {
    exitCode: EXIT.ok,
    text: renderGrantsList(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}
