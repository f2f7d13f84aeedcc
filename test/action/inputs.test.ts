import { describe, expect, it } from 'vitest';
import { readInputs } from '../../src/action/inputs.ts';
import { pickOptions } from '../../src/action/pick-options.ts';
import { parsePolicyPlace } from '../../src/action/policy-place.ts';
import { splitWords } from '../../src/action/split-words.ts';

describe('inputs of the action', () => {
  it('have the defaults that action.yml promises', () => {
    expect(readInputs({})).toEqual({
      command: 'plan',
      files: [],
      args: [],
      workingDirectory: '.',
      compare: 'auto',
      from: null,
      to: null,
      comment: true,
      issue: false,
      label: null,
      artifact: null,
      failOn: new Set(),
      policies: [],
      approval: 'pull-request',
      reviews: 1,
      token: '',
      policyToken: '',
    });
  });

  it('are read as people write them', () => {
    const inputs = readInputs({
      INPUT_COMMAND: 'drift',
      INPUT_FILE: 'base.yaml\n  laptop.yaml \n',
      INPUT_WORKING_DIRECTORY: 'services/api',
      INPUT_FAIL_ON: 'changes, destroy\npolicy',
      INPUT_POLICY: '.github/mcp.yaml\nacme/policies/mcp/strict.yaml@v1',
      INPUT_REVIEWS: '2',
      INPUT_COMMENT: 'False',
      INPUT_TOKEN: 'one',
    });
    expect(inputs).toMatchObject({
      command: 'drift',
      files: ['base.yaml', 'laptop.yaml'],
      failOn: new Set(['changes', 'destroy', 'policy']),
      comment: false,
      policyToken: 'one',
      reviews: 2,
    });
    expect(inputs.policies).toEqual([
      { kind: 'file', path: '.github/mcp.yaml' },
      { kind: 'repository', owner: 'acme', repo: 'policies', path: 'mcp/strict.yaml', ref: 'v1' },
    ]);
  });

  it.each([
    ['command', { INPUT_COMMAND: 'destroy' }],
    ['fail-on', { INPUT_FAIL_ON: 'change' }],
    ['compare', { INPUT_COMPARE: 'both' }],
    ['comment', { INPUT_COMMENT: 'yes' }],
    ['reviews', { INPUT_REVIEWS: '-1' }],
    ['approval', { INPUT_APPROVAL: 'nobody' }],
    ['file', { INPUT_FILE: '../mcp.yaml' }],
    ['file', { INPUT_FILE: '/etc/passwd' }],
    ['file', { INPUT_FILE: 'a/../../b' }],
    ['file', { INPUT_FILE: '--state-dir' }],
    ['file', { INPUT_FILE: 'C:\\x' }],
    ['working-directory', { INPUT_WORKING_DIRECTORY: '..' }],
    ['policy', { INPUT_POLICY: '../policy.yaml' }],
    ['policy', { INPUT_POLICY: 'acme/policies@v1' }],
    ['policy', { INPUT_POLICY: 'acme/policies/../x@v1' }],
    ['args', { INPUT_ARGS: '--var "a=b' }],
  ])('name %s where it cannot be', (name, env) => {
    expect(() => readInputs(env)).toThrow(
      expect.objectContaining({
        code: 'ACTION_INPUT_INVALID',
        message: expect.stringContaining(`input ${name}:`),
      }),
    );
  });
});

describe('words of a command line', () => {
  it.each([
    ['', []],
    ['  --var  region=eu\n--target x ', ['--var', 'region=eu', '--target', 'x']],
    [`--var 'a=b c' "d'e" f\\ g`, ['--var', 'a=b c', "d'e", 'f g']],
    [`a'b'"c"`, ['abc']],
    [`'' x`, ['', 'x']],
    ['$HOME `id` $(id) *', ['$HOME', '`id`', '$(id)', '*']],
    [`'a\\b' "a\\"b"`, ['a\\b', 'a"b']],
  ])('parts %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});

it('hands on what another command knows, and no value as an option', () => {
  const words = ['--var', '--no-settle', '--target', 'x', '--var=a=b', '--state-dir', '/s', '--var'];
  expect(pickOptions(words, ['--var'])).toEqual(['--var', '--no-settle', '--var=a=b']);
  expect(pickOptions(words, ['--state-dir'])).toEqual(['--state-dir', '/s']);
});

it('takes no revision for an option', () => {
  expect(() => parsePolicyPlace('acme/policies/mcp.yaml@--upload-pack')).toThrow('input policy');
});
