import { declare } from '../../engine/declare.ts';
import { PLAIN } from '../../engine/preview.ts';
import type { Context } from '../../model/context.ts';
import { applyCommand } from '../apply-command.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  return await applyCommand(
    declared,
    {
      ...PLAIN,
      targets: input.args,
      forget: input.args,
      command: 'forget',
      lockWaitMs: lockWaitMs(input),
      settles: false,
      allowDestroy: false,
    },
    { input, terminal },
    ctx,
  );
}
