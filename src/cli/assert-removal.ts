import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type CommandInput, switchOption } from './command.ts';
import type { Terminal } from './terminal.ts';

/** What is asked, and how what was shown is called: `these images`, `the sweep`. */
export interface Removal {
  readonly question: string;
  readonly what: string;
  readonly called: string;
}

/** As with a plan: `--auto-approve`, or the word yes typed by somebody who has seen the list. Throws NOT_APPROVED. */
export async function assertRemoval(
  { question, what, called }: Removal,
  { options }: CommandInput,
  ctx: Context,
  terminal: Terminal,
): Promise<void> {
  if (switchOption(options, 'autoApprove')) return;
  if (!terminal.canAsk || switchOption(options, 'json')) {
    throw new McpformError('NOT_APPROVED', `nobody can be asked whether ${what} may go`, {
      hint: 'pass --auto-approve',
    });
  }
  const isApproved = (await terminal.ask(`\n${question}`, ctx.signal)) === 'yes';
  // Whoever interrupts a question has not answered it.
  ctx.signal.throwIfAborted();
  if (!isApproved)
    throw new McpformError('NOT_APPROVED', `${called} was not approved, so nothing was removed`);
}
