import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Answer, CommandInput, CommandSpec } from '../command.ts';
import {
  bashCompletion,
  type CompletionCommand,
  fishCompletion,
  zshCompletion,
} from '../completion-scripts.ts';

export async function run(input: CommandInput, _ctx: Context): Promise<Answer> {
  const shell = input.args[0];
  // From the table the parser is built from, so that completion never lags behind.
  const commands = (await input.catalogue()).map(describe);
  switch (shell) {
    case 'bash':
      return { exitCode: EXIT.ok, text: bashCompletion(commands) };
    case 'zsh':
      return { exitCode: EXIT.ok, text: zshCompletion(commands) };
    case 'fish':
      return { exitCode: EXIT.ok, text: fishCompletion(commands) };
    default:
      throw new McpformError('USAGE', `no completion for "${shell ?? ''}"`, { hint: 'bash, zsh or fish' });
  }
}

function describe({ name, summary, options }: CommandSpec): CompletionCommand {
  return {
    name,
    summary,
    options: options.map((option) => ({
      long: /--[a-z-]+/.exec(option.flags)?.[0] ?? option.flags,
      description: option.description,
      takesValue: option.flags.includes('<'),
      choices: option.choices ?? [],
    })),
  };
}
