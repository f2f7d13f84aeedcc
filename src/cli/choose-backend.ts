import type { MovableLiteral } from '../engine/import-entries.ts';
import { movableTo } from '../engine/move-literals.ts';
import { MOVABLE_TO } from '../engine/place-for-secret.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { BACKEND_NAMES, type BackendName } from '../model/secret.ts';
import { literalsQuestion } from '../report/import-words.ts';
import { type CommandInput, switchOption, textOption } from './command.ts';
import type { Terminal } from './terminal.ts';

/**
 * Where credentials are to go that an import found: what `--secrets-to` says, or what somebody answers. Null: they
 * stay. Throws USAGE for a backend that is none, or that cannot be written.
 */
export async function chooseBackend(
  literals: readonly MovableLiteral[],
  { options }: CommandInput,
  terminal: Terminal,
  ctx: Context,
): Promise<BackendName | null> {
  const given = textOption(options, 'secretsTo');
  if (given !== undefined) return await backendCalled(given);
  if (literals.length === 0 || !terminal.canAsk || switchOption(options, 'json')) return null;
  for (let question = literalsQuestion(literals, MOVABLE_TO); ; question = AGAIN) {
    const answer = await terminal.ask(question, ctx.signal);
    // Whoever interrupts a question has not answered it.
    ctx.signal.throwIfAborted();
    if (answer === null || answer === '' || answer === 'no') return null;
    const backend = MOVABLE_TO.find((name) => name === answer);
    if (backend !== undefined) return await backendCalled(backend);
  }
}

const AGAIN = `One of ${MOVABLE_TO.join(', ')}, or Enter to leave them where they are: `;

async function backendCalled(given: string): Promise<BackendName> {
  const backend = BACKEND_NAMES.find((name) => name === given);
  if (backend !== undefined) return (await movableTo(backend)).name;
  throw new McpformError('USAGE', `there is no backend "${given}"`, {
    hint: `write one of ${MOVABLE_TO.join(', ')}`,
  });
}
