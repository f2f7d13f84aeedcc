import { expect, it } from 'vitest';
import { NOTHING_TYPED, takeKeys } from '../../src/cli/take-keys.ts';

/** As a terminal sends it, in these pieces. */
function typed(...pieces: readonly string[]): { line: string; ended: string | undefined } {
  const { line, ended } = pieces.reduce(takeKeys, NOTHING_TYPED);
  return { line, ended };
}

it.each([
  ['characters up to Return', ['abc\rdef'], 'abc', 'line'],
  ['nothing before Return', ['abc'], 'abc', undefined],
  ['backspace, of whole characters', ['a😀\x7f\x7f\x7fb\r'], 'b', 'line'],
  ['Ctrl-U', ['abc\x15d\r'], 'd', 'line'],
  ['no arrow', ['a\x1b[Db\x1bOAc\x1b[1;5Cd\r'], 'abcd', 'line'],
  ['no arrow that comes in pieces', ['a\x1b', '[', 'Db\r'], 'ab', 'line'],
  ['no other control character', ['a\x01\x02b\r'], 'ab', 'line'],
  ['tabs', ['a\tb\r'], 'a\tb', 'line'],
  ['pasted lines', ['\x1b[200~a\rb\nc\x1b[201~\r'], 'a\nb\nc', 'line'],
  ['pasted control characters', ['\x1b[200~a\x03\x04\x15b\x1b[201~\r'], 'a\x03\x04\x15b', 'line'],
  ['a paste in pieces', ['\x1b[20', '0~a\rb', '\x1b[201', '~c\r'], 'a\nbc', 'line'],
  ['Ctrl-C', ['abc\x03def'], 'abc', 'interrupt'],
  ['Ctrl-D on an empty line', ['\x04'], '', 'input'],
  ['no Ctrl-D elsewhere', ['a\x04b\r'], 'ab', 'line'],
] as const)('takes %s', (_what, pieces, line, ended) => {
  expect(typed(...pieces)).toEqual({ line, ended });
});
