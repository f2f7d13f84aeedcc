import { diagnose } from '../../engine/diagnose.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderDiagnoses } from '../../report/diagnoses.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const diagnoses = await diagnose(
    { ...(await loadRequest(input, ctx)), allBackends: switchOption(input.options, 'allBackends') },
    ctx,
  );
  const hasFailed = diagnoses.some(({ state }) => state === 'failed');
  return {
    exitCode: hasFailed ? EXIT.error : EXIT.ok,
    text: renderDiagnoses(diagnoses, { color: terminal.color.out, width: terminal.width }),
    json: { formatVersion: '1.0', checks: diagnoses },
  };
}
