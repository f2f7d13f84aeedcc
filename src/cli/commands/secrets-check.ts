import { declare } from '../../engine/declare.ts';
import { checkSecrets } from '../../engine/secrets/check-secrets.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import { renderSecretsCheck, type SecretsCheck } from '../../report/secrets-check.ts';
import { readGrants } from '../../state/grants-file.ts';
import { readState } from '../../state/read-state.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { args, options } = input;
  const all = switchOption(options, 'all');
  if (all && args.length > 0) {
    throw new McpformError('USAGE', '--all asks every secret, so it takes no names', {
      hint: 'leave out one of the two',
    });
  }
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const { manifest, loaded, books } = declared;
  const { inventory } = await readState(books, { stack: manifest.name, source: loaded.source }, ctx);
  const known = { inventory, grants: await readGrants(books, ctx) };
  const report = await checkSecrets(declared, { names: args, all }, known, ctx);
  return {
    exitCode: exitCodeOf(report, switchOption(options, 'detailedExitcode')),
    text: renderSecretsCheck(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

function exitCodeOf({ secrets }: SecretsCheck, isDetailed: boolean): ExitCode {
  if (secrets.some(({ state }) => state === 'failed')) return EXIT.error;
  return isDetailed && secrets.some(({ state }) => state === 'changed') ? EXIT.changes : EXIT.ok;
}
