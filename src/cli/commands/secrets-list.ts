import { declare } from '../../engine/declare.ts';
import { reportSecrets } from '../../engine/secrets/report-secrets.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderSecretsList } from '../../report/secrets-list.ts';
import { readGrants } from '../../state/grants-file.ts';
import { readState } from '../../state/read-state.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const { manifest, loaded, books } = declared;
  // The grants of somebody else's books are none of this stack's.
  await readState(books, { stack: manifest.name, source: loaded.source }, ctx);
  const report = reportSecrets(declared, await readGrants(books, ctx));
  return {
    exitCode: EXIT.ok,
    text: renderSecretsList(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}
