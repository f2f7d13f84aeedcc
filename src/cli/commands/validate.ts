import { expand } from '../../engine/expand.ts';
import { load } from '../../engine/load.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { validWords } from '../../report/words.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { manifest, resources, findings } = await expand(await load(await loadRequest(input, ctx), ctx), ctx);
  showFindings(findings, input, terminal);
  return {
    exitCode: EXIT.ok,
    text: validWords(manifest.name, manifest.servers.length, resources.length),
    json: { formatVersion: '1.0', isValid: true, stack: manifest.name, findings },
  };
}
