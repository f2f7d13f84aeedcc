import type { Context } from '../../model/context.ts';
import type { Answer, CommandInput } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { run as plan } from './plan.ts';

/** A plan of nothing but what changed outside of mcpform. */
export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  return await plan({ ...input, options: { ...input.options, driftOnly: true } }, ctx, terminal);
}
