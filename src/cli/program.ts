import { STACK_COMMANDS } from './catalogue-stack.ts';
import type { CommandSpec } from './command.ts';
import { parsePlainly } from './parse-plainly.ts';
import type { Parsed } from './parse-with.ts';

/** Arguments → command. Prints nothing itself. */
export async function parseArguments(
  argv: readonly string[],
  version: string,
  width: number,
): Promise<Parsed> {
  const spec = await specFor(argv);
  const input = spec === undefined ? null : parsePlainly(spec, argv.slice(spec.name.split(' ').length));
  if (spec !== undefined && input !== null) return { kind: 'command', spec, input };
  const { parseWith } = await import('./parse-with.ts');
  return parseWith(spec === undefined ? await catalogue() : [spec], argv, { version, width });
}

/** The one command that is meant, if that is plain: building all of them costs more than most commands do. */
async function specFor([first = '', second = '']: readonly string[]): Promise<CommandSpec | undefined> {
  const isMeant = ({ name }: CommandSpec): boolean => name === first || name === `${first} ${second}`;
  return STACK_COMMANDS.find(isMeant) ?? (await catalogue()).find(isMeant);
}

/** Every command there is. What all the others are is not read for those that are run most. */
export async function catalogue(): Promise<readonly CommandSpec[]> {
  return (await import('./catalogue.ts')).CATALOGUE;
}
