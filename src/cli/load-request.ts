import type { LoadRequest } from '../engine/load.ts';
import type { Context } from '../model/context.ts';
import { type CommandInput, listOption } from './command.ts';
import { readVariables } from './read-variables.ts';

/** The manifest options of a command, as the engine takes them. */
export async function loadRequest(input: CommandInput, ctx: Context): Promise<LoadRequest> {
  return {
    files: listOption(input.options, 'file'),
    cwd: input.cwd,
    allowedLiterals: listOption(input.options, 'allowLiteral'),
    ...(await readVariables(input, ctx)),
  };
}
