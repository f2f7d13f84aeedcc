import { declare } from '../../engine/declare.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { unlockWords } from '../../report/state-words.ts';
import { unlock } from '../../state/lock-file.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';

export async function run(input: CommandInput, ctx: Context): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const owner = await unlock(declared.books, { force: switchOption(input.options, 'force') }, ctx);
  const holder =
    owner === null || owner === 'unreadable' ? owner : { pid: owner.pid, command: owner.command };
  return {
    exitCode: EXIT.ok,
    text: unlockWords(holder),
    json: { formatVersion: '1.0', wasHeldBy: holder },
  };
}
