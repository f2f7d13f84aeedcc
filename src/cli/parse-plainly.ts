import type { CommandInput, CommandSpec, OptionSpec, Options } from './command.ts';

type Given = Omit<CommandInput, 'cwd' | 'catalogue'>;

/**
 * What was typed after the command's name, where it says plainly what is meant: options in full, each value a word of
 * its own. Null for everything else (mistakes, `--help`, `--name=value`, a value that begins with a dash), which the
 * library understands: to load it and to tell it of one command costs more than many a command does.
 */
export function parsePlainly(
  { options: specs, arguments: named = [] }: CommandSpec,
  words: readonly string[],
): Given | null {
  const ways = new Map(specs.flatMap(waysOf));
  const options = defaultsOf([...ways.values()]);
  const args: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const way = ways.get(word);
    if (way === undefined) {
      if (word.startsWith('-')) return null;
      args.push(word);
    } else if (!way.takesValue) {
      options[way.name] = !way.isNegated;
    } else {
      at += 1;
      const value = words[at];
      if (value === undefined || value.startsWith('-') || way.spec.choices?.includes(value) === false)
        return null;
      options[way.name] = way.spec.isList
        ? [...((options[way.name] as readonly string[]) ?? []), value]
        : value;
    }
  }
  const least = named.filter(({ name }) => name.startsWith('<')).length;
  const most = named.some(({ name }) => name.includes('...')) ? Number.POSITIVE_INFINITY : named.length;
  return args.length < least || args.length > most ? null : { args, options };
}

interface Way {
  readonly spec: OptionSpec;
  /** As a command asks for it: `autoApprove`. */
  readonly name: string;
  readonly isNegated: boolean;
  readonly takesValue: boolean;
}

/** `-f, --file <file>`: both are ways to give it. None for one whose value may be left out. */
function waysOf(spec: OptionSpec): readonly (readonly [string, Way])[] {
  const [, short, long = '', value] = /^(?:(-\w), )?(--[\w-]+)(?: ([<[]).*)?$/.exec(spec.flags) ?? [];
  if (long === '' || value === '[') return [];
  const isNegated = long.startsWith('--no-');
  const way = { spec, name: nameOf(long), isNegated, takesValue: value !== undefined };
  return short === undefined
    ? [[long, way]]
    : [
        [short, way],
        [long, way],
      ];
}

/** `--no-settle` → `settle` */
function nameOf(long: string): string {
  return long.replace(/^--(?:no-)?/, '').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What is only ever said no to holds until then. */
function defaultsOf(ways: readonly Way[]): Record<string, Options[string]> {
  const positive = new Set(ways.filter(({ isNegated }) => !isNegated).map(({ name }) => name));
  return Object.fromEntries(ways.filter(({ name }) => !positive.has(name)).map(({ name }) => [name, true]));
}
