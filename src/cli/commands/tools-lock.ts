import { compareAsked } from '../../engine/offers/compare-asked.ts';
import { recordOffers } from '../../engine/offers/record-offers.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderTools, type ToolsReport } from '../../report/tools.ts';
import { askTools } from '../ask-tools.ts';
import type { Answer, CommandInput } from '../command.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { declared, asked } = await askTools(input, ctx, terminal);
  const { manifest, loaded, writtenLock } = declared;
  const names = new Set(manifest.servers.map(({ name }) => name));
  const isKnown = (server: string): boolean => input.args.length > 0 || names.has(server);
  const servers = compareAsked(asked, writtenLock);
  const report: ToolsReport = {
    formatVersion: '1.0',
    stack: manifest.name,
    path: loaded.lockPath,
    isChanged: await recordOffers(loaded.lockPath, asked, isKnown, ctx),
    servers,
  };
  const isMissing = servers.some(
    ({ state }) => state === 'failed' || (state === 'not-asked' && input.args.length > 0),
  );
  return {
    exitCode: isMissing ? EXIT.partial : EXIT.ok,
    text: renderTools(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}
