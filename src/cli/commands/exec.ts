import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Answer, CommandInput } from '../command.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `mcpform exec ID`, as an entry has it, never comes here: `main.ts` goes straight to the launcher, in a process that
 * nothing else was done in yet. Here it is only written in another way (`exec -- ID`).
 */
export async function run({ args }: CommandInput, _ctx: Context, terminal: Terminal): Promise<Answer> {
  terminal.err(`error: write it as \`mcpform exec ${args.join(' ')}\`, with nothing between the two\n`);
  return { exitCode: EXIT.usage };
}
