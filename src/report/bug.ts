import { escapeText } from '../formats/escape.ts';

/** Where a bug is to be told. */
const ISSUES = 'https://github.com/mcpform/mcpform/issues/new';

/** A bug of ours: the stack, and where to take it. */
export function renderBug(error: unknown, version: string): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n').map((line) => `  ${escapeText(line)}`);
  return [
    'error[INTERNAL]: this is a bug in mcpform',
    ...lines,
    `  mcpform ${version}, node ${process.version}, ${process.platform}`,
    `  hint: please report it with the lines above: ${ISSUES}`,
    '',
  ].join('\n');
}
