import { load } from '../../engine/load.ts';
import { desire } from '../../graph/desire.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { hasErrors } from '../../model/finding.ts';
import { renderFindings } from '../../report/findings.ts';
import { validWords } from '../../report/words.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const loaded = await load(await loadRequest(input, ctx), ctx);
  const graph = desire(loaded.manifest, loaded.lock);
  const findings = [...loaded.findings, ...graph.findings];
  if (hasErrors(findings)) {
    throw new McpformError('MANIFEST_INVALID', 'the manifest is not valid', { findings });
  }
  terminal.err(renderFindings(findings, { color: terminal.color.err, width: terminal.width }));
  return {
    exitCode: EXIT.ok,
    text: validWords(loaded.manifest.name, loaded.manifest.servers.length, graph.desired.length),
    json: { formatVersion: '1.0', isValid: true, stack: loaded.manifest.name, findings },
  };
}
