import { type Declared, declare } from '../../engine/declare.ts';
import { declareGeneration } from '../../engine/declare-generation.ts';
import { PLAIN } from '../../engine/preview.ts';
import { changeLoopState } from '../../loop/state/change-loop-state.ts';
import { suspend } from '../../loop/state/suspend.ts';
import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { listGenerations, readGeneration } from '../../state/generations.ts';
import { applyCommand } from '../apply-command.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const now = await declare(await loadRequest(input, ctx), ctx);
  const address = input.args[0] ?? '';
  if (isIn(now, address)) {
    throw new McpformError('USAGE', `"${address}" is declared`, { hint: '`mcpform apply` puts it there' });
  }
  const { number, declared } = await lastWith(address, now, ctx);
  const answer = await applyCommand(
    declared,
    {
      ...PLAIN,
      mode: 'rollback',
      targets: [address],
      allowsDowngrade: true,
      checksSecrets: true,
      command: `restore ${address}`,
      lockWaitMs: lockWaitMs(input),
      settles: input.options['settle'] !== false,
      allowDestroy: switchOption(input.options, 'allowDestroy'),
    },
    { input, terminal },
    ctx,
  );
  // It is still not declared: else the loop would delete it again.
  if (answer.exitCode === EXIT.ok) await leaveAlone(address, { books: now.books, number }, ctx);
  return answer;
}

function isIn({ resources }: Declared, address: Address): boolean {
  return resources.some(({ desired }) => desired.address === address);
}

/** The newest generation that asked for an address. */
async function lastWith(
  address: Address,
  now: Declared,
  ctx: Context,
): Promise<{ readonly number: number; readonly declared: Declared }> {
  const { generations } = await listGenerations(now.books, ctx);
  for (const { number } of [...generations].reverse()) {
    const declared = await declareGeneration(await readGeneration(now.books, number, ctx), now, ctx);
    if (isIn(declared, address)) return { number, declared };
  }
  throw new McpformError('PLAN_ADDRESS_UNKNOWN', `no generation that is kept has "${address}"`, {
    hint: '`mcpform history` lists what was applied when',
  });
}

async function leaveAlone(
  address: Address,
  { books, number }: { readonly books: string; readonly number: number },
  ctx: Context,
): Promise<void> {
  const since = { nowMs: ctx.system.clock.now(), reason: `restored from generation ${number}` };
  const change = { source: undefined, command: 'restore' };
  await changeLoopState(books, change, (before) => suspend(before, address, since), ctx);
}
