import { findGrantBooks } from '../../engine/secrets/grant-books.ts';
import { revokeGrants } from '../../engine/secrets/grant-revoke.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderGrantsRevoked } from '../../report/grants.ts';
import { readGrants } from '../../state/grants-file.ts';
import { openRun } from '../../state/run.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const [address] = input.args;
  const secret = textOption(input.options, 'secret');
  if ((address !== undefined) === switchOption(input.options, 'all')) {
    throw new McpformError('USAGE', 'grant revoke takes an address, or --all', {
      hint: '`mcpform grant list` lists what is granted, and to whom',
    });
  }
  const books = await findGrantBooks(await loadRequest(input, ctx), textOption(input.options, 'stack'), ctx);
  const { folder, stack, source } = books;
  const run = await openRun(
    folder,
    { command: 'grant revoke', waitMs: lockWaitMs(input), stack, source },
    ctx,
  );
  try {
    const inventory = run.isNew ? null : run.inventory;
    const known = await readGrants(folder, ctx);
    const report = await revokeGrants(
      { ...books, inventory },
      { address: address ?? null, secret },
      known,
      ctx,
    );
    return {
      exitCode: EXIT.ok,
      text: renderGrantsRevoked(report, { color: terminal.color.out, width: terminal.width }),
      json: report,
    };
  } finally {
    await run.release();
  }
}
