import { Command, CommanderError, Option } from 'commander';
import { EXIT } from '../model/exit-code.ts';
import type { CommandInput, CommandSpec, Options } from './command.ts';
import { GROUPS } from './groups.ts';

/** Either a command to run, or what to print instead (help, a usage error). */
export type Parsed =
  | {
      readonly kind: 'command';
      readonly spec: CommandSpec;
      readonly input: Omit<CommandInput, 'cwd' | 'catalogue'>;
    }
  | { readonly kind: 'print'; readonly out: string; readonly err: string; readonly exitCode: number };

/** Arguments → one of these commands. Prints nothing itself. */
export function parseWith(
  specs: readonly CommandSpec[],
  argv: readonly string[],
  { version, width }: { readonly version: string; readonly width: number },
): Parsed {
  let found: Parsed | undefined;
  let out = '';
  let err = '';
  const program = buildProgram(version, specs, (spec, args, options) => {
    found = { kind: 'command', spec, input: { args, options } };
  });
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((child) => child.commands),
  ]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        out += text;
      },
      writeErr: (text) => {
        err += text;
      },
      outputError: (text, write) => write(withoutValues(text)),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return { kind: 'print', out, err, exitCode };
  }
  if (found === undefined)
    return { kind: 'print', out: '', err: program.helpInformation(), exitCode: EXIT.usage };
  return found;
}

/** An option that there is not may have come with a value, and that may be a secret: it is not said back. */
function withoutValues(text: string): string {
  return text.replace(/unknown option '(--[\w-]*|-[^-]?)[\s\S]*'/, "unknown option '$1'");
}

type OnCommand = (spec: CommandSpec, args: readonly string[], options: Options) => void;

function buildProgram(version: string, specs: readonly CommandSpec[], onCommand: OnCommand): Command {
  const program = new Command('mcpform')
    .description('Terraform and Flux for MCP servers: declare them in mcp.yaml, see the plan, apply it.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(mcpform --help lists the commands)')
    .addHelpText('after', EPILOGUE);
  for (const spec of specs) addCommand(program, spec, onCommand);
  return program;
}

const EPILOGUE = `
Start here:
  mcpform init --import     declare what Claude Code has now
  mcpform plan              see what would change, and why
  mcpform apply             make it so

Exit codes: 0 ok, 1 error, 2 changes (with --detailed-exitcode), 3 plan stale, 4 locked,
5 partly applied, 6 denied by policy, 64 usage, 130 interrupted.`;

function addCommand(program: Command, spec: CommandSpec, onCommand: OnCommand): void {
  const [first = '', second] = spec.name.split(' ');
  const parent = second === undefined ? program : groupCommand(program, first);
  const command = parent
    .command(second ?? first)
    .summary(spec.summary)
    .description(`${spec.summary}.\n\n${spec.description}`)
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError(`(mcpform ${spec.name} --help lists what it takes)`)
    .addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`);
  for (const argument of spec.arguments ?? []) command.argument(argument.name, argument.description);
  for (const option of spec.options) command.addOption(buildOption(option));
  command.action((...given: unknown[]) => {
    const args = given
      .slice(0, -2)
      .flat()
      .filter((value): value is string => typeof value === 'string');
    onCommand(spec, args, command.opts() as Options);
  });
}

function groupCommand(program: Command, name: string): Command {
  const existing = program.commands.find((command) => command.name() === name);
  if (existing !== undefined) return existing;
  return program
    .command(name)
    .description(GROUPS[name] ?? '')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false);
}

function buildOption(spec: CommandSpec['options'][number]): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.choices !== undefined) option.choices([...spec.choices]);
  if (spec.isList)
    option.argParser((value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]);
  return option;
}
