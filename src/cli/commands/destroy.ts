import { declare } from '../../engine/declare.ts';
import type { Context } from '../../model/context.ts';
import { applyCommand } from '../apply-command.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs, planRequest } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  return await applyCommand(
    declared,
    {
      ...planRequest(input, 'destroy'),
      command: 'destroy',
      lockWaitMs: lockWaitMs(input),
      settles: input.options['settle'] !== false,
      allowDestroy: switchOption(input.options, 'allowDestroy'),
    },
    { input, terminal },
    ctx,
  );
}
