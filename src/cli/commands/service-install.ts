import { join } from 'node:path';
import { version } from '../../engine/version.ts';
import { writeService } from '../../loop/service/files.ts';
import { identify } from '../../loop/service/identify.ts';
import { type ServiceManager, serviceManager } from '../../loop/service/manager.ts';
import { runCommands } from '../../loop/service/run-commands.ts';
import { toSpec } from '../../loop/service/to-spec.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderServiceInstalled, type ServiceInstalled } from '../../report/service.ts';
import { assertOwnHome } from '../../state/identity.ts';
import {
  type Answer,
  type CommandInput,
  listOption,
  type Options,
  switchOption,
  textOption,
} from '../command.ts';
import { loopOptions } from '../loop-options.ts';
import { parseWith } from '../parse-with.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  await assertOwnHome(ctx);
  const { args, cwd } = input;
  const options = await optionsOfLoop(input);
  const manager = await serviceManager(ctx);
  const reconciled = await identify(
    {
      source: textOption(options, 'source'),
      files: listOption(options, 'file'),
      stateDir: textOption(options, 'stateDir'),
      allowLocal: switchOption(options, 'allowLocal'),
    },
    cwd,
    ctx,
  );
  const log = textOption(options, 'log') ?? textOption(options, 'logFile');
  const logged = log === undefined ? logArguments(reconciled.name, manager, ctx) : [];
  const { spec, leftOut } = toSpec({ reconciled, args: [...args, ...logged], cwd }, ctx);
  const { file, result } = await writeService(spec, manager, ctx);
  const commands = manager.start(spec.name);
  const isStarted = switchOption(input.options, 'start');
  if (isStarted) await runCommands(commands, ctx);
  const report: ServiceInstalled = {
    formatVersion: '1.0',
    name: spec.name,
    file,
    result,
    isStarted,
    commands: commands.map((each) => [each.command, ...each.args]),
    leftOut,
    advice: manager.advice,
  };
  return {
    exitCode: EXIT.ok,
    text: renderServiceInstalled(report, { color: false, width: terminal.width }),
    json: report,
  };
}

/** To the journal, where there is one; else into files, which nobody but us puts aside. */
function logArguments(name: string, { kind }: ServiceManager, { folders }: Context): readonly string[] {
  if (kind === 'systemd') return ['--log', 'json'];
  return ['--log-file', join(folders.state, 'services', `${name}.log`)];
}

/** As `reconcile` itself reads them: one that it refuses would be refused at each start, for ever. */
async function optionsOfLoop({ args, cwd, catalogue }: CommandInput): Promise<Options> {
  const specs = (await catalogue()).filter(({ name }) => name === 'reconcile');
  const parsed = parseWith(specs, ['reconcile', ...args], { version, width: 100 });
  if (parsed.kind === 'print') {
    const [why = ''] = parsed.err.split('\n');
    throw new McpformError(
      'USAGE',
      `\`mcpform reconcile\` does not take that: ${why.replace(/^error: /, '')}`,
      {
        hint: 'see `mcpform reconcile --help`',
      },
    );
  }
  const { options } = parsed.input;
  for (const flag of ['once', 'now']) {
    if (!switchOption(options, flag)) continue;
    throw new McpformError('USAGE', `a loop with --${flag} is no service`, { hint: `leave --${flag} out` });
  }
  if (textOption(options, 'acceptRewrite') !== undefined) {
    throw new McpformError('USAGE', 'a service would accept that rewrite again at each start', {
      hint: 'run `mcpform resume --accept-rewrite COMMIT` once instead',
    });
  }
  loopOptions({ ...parsed.input, cwd, catalogue }, 'service');
  return options;
}
