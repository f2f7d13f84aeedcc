import { expect, it } from 'vitest';
import { expandArgs } from '../../src/launch/expand-args.ts';

const env = { SET: 'value', EMPTY: '', NESTED: '${SET}' };

it.each([
  ['plain text, whatever it looks like', 'a ${SET} $SET', 'a ${SET} $SET'],
  ['a variable', [{ env: 'SET' }], 'value'],
  ['text around it', ['--x=', { env: 'SET' }, '/y'], '--x=value/y'],
  ['a default, when there is no such variable', [{ env: 'MISSING', default: 'd' }], 'd'],
  ['no default, when the variable is set', [{ env: 'SET', default: 'd' }], 'value'],
  ['no default, when the variable is set and empty', [{ env: 'EMPTY', default: 'd' }], ''],
  ['an empty default', [{ env: 'MISSING', default: '' }], ''],
  ['a value as it is, without expanding it again', [{ env: 'NESTED' }], '${SET}'],
] as const)('gives %s', (_what, template, expected) => {
  expect(expandArgs([template], env)).toEqual([expected]);
});

it('refuses a variable that is missing, and names it', () => {
  expect(() => expandArgs(['x', ['a', { env: 'MISSING' }]], env)).toThrow(
    expect.objectContaining({
      code: 'LAUNCH_VARIABLE',
      message: 'environment variable "MISSING" is not set',
    }),
  );
});
