import { McpformError } from '../model/error.ts';
import { type CommandInput, switchOption, textOption } from './command.ts';

/** Whether the command is about what is left behind on an engine, and not about a stack. */
export function isSweep({ options }: Pick<CommandInput, 'options'>): boolean {
  if (switchOption(options, 'sweep')) return true;
  if (textOption(options, 'olderThan') === undefined) return false;
  throw new McpformError('USAGE', '--older-than is for --sweep', { hint: 'add --sweep, or leave it out' });
}
