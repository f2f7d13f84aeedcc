import { expand } from '../../engine/expand.ts';
import { load } from '../../engine/load.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderFindings } from '../../report/findings.ts';
import { validWords } from '../../report/words.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { manifest, resources, findings } = await expand(await load(await loadRequest(input, ctx), ctx), ctx);
  if (!switchOption(input.options, 'json')) {
    terminal.err(
      renderFindings(findings, { color: terminal.color.err, width: terminal.width, cwd: input.cwd }),
    );
  }
  return {
    exitCode: EXIT.ok,
    text: validWords(manifest.name, manifest.servers.length, resources.length),
    json: { formatVersion: '1.0', isValid: true, stack: manifest.name, findings },
  };
}
