import { declare } from '../../engine/declare.ts';
import { declareGeneration } from '../../engine/declare-generation.ts';
import { PLAIN } from '../../engine/preview.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { readGeneration } from '../../state/generations.ts';
import { applyCommand } from '../apply-command.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const now = await declare(await loadRequest(input, ctx), ctx);
  const number = numberOf(input);
  const generation = await readGeneration(now.books, number, ctx);
  const then = await declareGeneration(generation, now, ctx);
  return await applyCommand(
    then,
    {
      ...PLAIN,
      mode: 'rollback',
      allowsDowngrade: true,
      checksSecrets: true,
      command: `rollback ${number}`,
      lockWaitMs: lockWaitMs(input),
      settles: input.options['settle'] !== false,
      allowDestroy: switchOption(input.options, 'allowDestroy'),
      hold: { generation: number, reason: `rollback ${number}` },
    },
    { input, terminal },
    ctx,
  );
}

function numberOf({ args }: CommandInput): number {
  const text = args[0] ?? '';
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new McpformError('USAGE', `"${text}" is not the number of a generation`, {
    hint: '`mcpform history` lists them',
  });
}
