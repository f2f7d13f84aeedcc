import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import type { CommandSpec } from '../../src/cli/command.ts';
import { parsePlainly } from '../../src/cli/parse-plainly.ts';
import { parseWith } from '../../src/cli/parse-with.ts';

const plan = CATALOGUE.find(({ name }) => name === 'plan') as CommandSpec;

/** What the library makes of it; null when that is no command. */
function parseWithLibrary(spec: CommandSpec, words: readonly string[]): unknown {
  const parsed = parseWith([spec], [...spec.name.split(' '), ...words], { version: '1', width: 100 });
  return parsed.kind === 'command' ? parsed.input : null;
}

/** Words as people type them after a command: its own options, those of others, and anything. */
function wordsFor({ options }: CommandSpec): fc.Arbitrary<readonly string[]> {
  const own = options.flatMap(({ flags }) => flags.match(/--?[\w-]+(?= |,|$)/g) ?? []);
  const choices = options.flatMap((each) => each.choices ?? []);
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('--json', ...own) },
      { weight: 6, arbitrary: fc.constantFrom('a', 'b.yaml', 'NAME=x', ...choices) },
      fc.constantFrom(
        '--',
        '-',
        '',
        '--help',
        '-h',
        '-V',
        '--version',
        'help',
        '--no',
        '-fx',
        '--file=x',
        '-1',
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 6 },
  );
}

describe('what is parsed without the library', () => {
  it.each(CATALOGUE)('of $name is what the library makes of it, or left to the library', (spec) => {
    fc.assert(
      fc.property(wordsFor(spec), (words) => {
        const plainly = parsePlainly(spec, words);
        if (plainly !== null) expect(plainly).toEqual(parseWithLibrary(spec, words));
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    { words: [] },
    { words: ['--json', '--compact'] },
    { words: ['-f', 'a.yaml', '--file', 'b.yaml'] },
    { words: ['--graph', 'dot', '--no-locked'] },
    { words: ['--locked', '--out', 'x'] },
  ])('of plan is $words', ({ words }) => {
    const parsed = parsePlainly(plan, words);
    expect(parsed).not.toBeNull();
    expect(parsed).toEqual(parseWithLibrary(plan, words));
  });

  it.each(CATALOGUE.filter(({ arguments: named = [] }) => named.every(({ name }) => name.startsWith('['))))(
    'of $name is the command alone',
    (spec) => {
      expect(parsePlainly(spec, [])).toEqual(parseWithLibrary(spec, []));
      expect(parsePlainly(spec, [])).not.toBeNull();
    },
  );

  it.each([
    { words: ['--out'] },
    { words: ['--out', '-x'] },
    { words: ['--graph', 'svg'] },
    { words: ['--what'] },
    { words: ['--out=x'] },
    { words: ['--help'] },
    { words: ['--', 'x'] },
    { words: ['x'] },
  ])('of plan is not $words, whatever that means', ({ words }) => {
    expect(parsePlainly(plan, words)).toBeNull();
  });
});
