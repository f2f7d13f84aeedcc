import { expect, it } from 'vitest';
import { expandArgs, expandSecrets } from '../../src/launch/expand-args.ts';
import { SecretValue } from '../../src/model/secret.ts';

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

it('fills secrets into variables as they are, whatever they look like, and never into arguments', () => {
  const secrets = new Map([['key', new SecretValue('${SET} $SET')]]);
  const templates = {
    A: [{ secret: 'key' }],
    B: ['b-', { secret: 'key' }, { env: 'SET' }],
    C: '${SET}',
  } as const;
  expect(expandSecrets(templates, env, secrets)).toEqual({
    A: '${SET} $SET',
    B: 'b-${SET} $SETvalue',
    C: '${SET}',
  });
  expect(() => expandSecrets(templates, env, new Map())).toThrow('secret "key" is in a launch');
  expect(() => expandArgs([[{ secret: 'key' }]], env)).toThrow('a secret in an argument: "key"');
});
