import { resolve } from 'node:path';
import { readInput } from '../../engine/read-input.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { openPlanFile } from '../../plan/plan-file.ts';
import { renderPlanMarkdown } from '../../report/plan-markdown.ts';
import { renderPlanText } from '../../report/plan-text.ts';
import { planFileWords } from '../../report/state-words.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const path = resolve(input.cwd, input.args[0] ?? '');
  const bytes = await readInput(path, 'PLAN_FILE_INVALID', ctx.system.files);
  const { plan, isOurs } = openPlanFile(bytes.toString('utf8'), ctx.digest);
  if (!switchOption(input.options, 'json')) terminal.err(planFileWords(isOurs));
  const text = switchOption(input.options, 'markdown')
    ? renderPlanMarkdown(plan)
    : renderPlanText(plan, {
        color: terminal.color.out,
        width: terminal.width,
        compact: switchOption(input.options, 'compact'),
      });
  return { exitCode: EXIT.ok, text, json: { formatVersion: '1.0', isOurs, plan } };
}
