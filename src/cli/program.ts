import { CATALOGUE } from './catalogue.ts';
import type { CommandSpec } from './command.ts';
import { parsePlainly } from './parse-plainly.ts';
import type { Parsed } from './parse-with.ts';

/** Arguments → command. Prints nothing itself. */
export async function parseArguments(
  argv: readonly string[],
  version: string,
  width: number,
): Promise<Parsed> {
  const spec = specFor(argv);
  const input = spec === undefined ? null : parsePlainly(spec, argv.slice(spec.name.split(' ').length));
  if (spec !== undefined && input !== null) return { kind: 'command', spec, input };
  const { parseWith } = await import('./parse-with.ts');
  return parseWith(spec === undefined ? CATALOGUE : [spec], argv, { version, width });
}

/** The one command that is meant, if that is plain: building all of them costs more than most commands do. */
function specFor([first = '', second = '']: readonly string[]): CommandSpec | undefined {
  return CATALOGUE.find(({ name }) => name === first || name === `${first} ${second}`);
}
