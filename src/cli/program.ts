import { CATALOGUE } from './catalogue.ts';
import type { CommandSpec } from './command.ts';
import { type Parsed, parseWith } from './parse-with.ts';

/** Arguments → command. Prints nothing itself. */
export function parseArguments(argv: readonly string[], version: string, width: number): Parsed {
  return parseWith(specsFor(argv), argv, { version, width });
}

/** The one command that is meant, if that is plain: building all of them costs more than most commands do. */
function specsFor(argv: readonly string[]): readonly CommandSpec[] {
  const [first = '', second = ''] = argv;
  const spec = CATALOGUE.find(({ name }) => name === first || name === `${first} ${second}`);
  return spec === undefined ? CATALOGUE : [spec];
}
