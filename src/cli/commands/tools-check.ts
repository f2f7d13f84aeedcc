import { compareAsked } from '../../engine/offers/compare-asked.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderTools, type ToolsReport } from '../../report/tools.ts';
import { askTools } from '../ask-tools.ts';
import type { Answer, CommandInput } from '../command.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { declared, asked } = await askTools(input, ctx, terminal);
  const report: ToolsReport = {
    formatVersion: '1.0',
    stack: declared.manifest.name,
    path: declared.loaded.lockPath,
    servers: compareAsked(asked, declared.writtenLock),
  };
  return {
    // What nobody recorded, or could ask, is not known to be as it was.
    exitCode: report.servers.every(({ state }) => state === 'same') ? EXIT.ok : EXIT.error,
    text: renderTools(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}
