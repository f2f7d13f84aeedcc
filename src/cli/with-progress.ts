import { type CommandInput, switchOption } from './command.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Does something and shows on stderr what is under way; with `--json` nothing is shown. */
export async function withProgress<Result>(
  work: () => Promise<Result>,
  input: CommandInput,
  terminal: Terminal,
): Promise<Result> {
  const progress = switchOption(input.options, 'json') ? null : await showProgress(terminal);
  try {
    return await work();
  } finally {
    progress?.stop();
  }
}
