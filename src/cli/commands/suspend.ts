import { declare } from '../../engine/declare.ts';
import { changeLoopState } from '../../loop/state/change-loop-state.ts';
import { passesEnded } from '../../loop/state/passes-ended.ts';
import { suspend } from '../../loop/state/suspend.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { suspendedWords } from '../../report/loop-state.ts';
import { type Answer, type CommandInput, textOption } from '../command.ts';
import { durationMs } from '../duration.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { books, resources } = await declare(await loadRequest(input, ctx), ctx);
  const address = input.args[0] ?? '*';
  if (address !== '*' && !resources.some(({ desired }) => desired.address === address)) {
    throw new McpformError('PLAN_ADDRESS_UNKNOWN', `no resource has the address "${address}"`, {
      hint: '`mcpform status` lists the addresses of this stack',
    });
  }
  const nowMs = ctx.system.clock.now();
  const untilMs = untilOf(textOption(input.options, 'until'), nowMs);
  const reason = textOption(input.options, 'reason');
  const { state } = await changeLoopState(
    books,
    { source: undefined, command: 'suspend' },
    (before) =>
      suspend(before, address, {
        nowMs,
        ...(untilMs === undefined ? {} : { untilMs }),
        ...(reason === undefined ? {} : { reason }),
      }),
    ctx,
  );
  const suspension = state.suspended[address];
  if (suspension === undefined) throw new Error('what was suspended is not');
  const isQuiet = await passesEnded(books, ctx);
  return {
    exitCode: EXIT.ok,
    text: suspendedWords(address, suspension, { isQuiet, width: terminal.width }),
    json: { formatVersion: '1.0', address, suspension, isQuiet },
  };
}

function untilOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d/.test(text)
    ? Date.parse(text)
    : nowMs + durationMs(text, '--until', '30m, 2h or a time such as 2026-12-24T18:00Z');
  if (Number.isFinite(time) && time > nowMs) return time;
  throw new McpformError('USAGE', `--until "${text}" is not a time to come`, {
    hint: 'write 2h, or 2026-12-24T18:00Z',
  });
}
