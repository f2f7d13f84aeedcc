import { describe, expect, it } from 'vitest';
import { describeSchemaErrors, dotted, nearest, suggest } from '../../src/formats/yaml-schema.ts';

describe('nearest', () => {
  const known = ['command', 'package', 'image', 'url', 'headers', 'ignoreChanges'];
  it.each([
    ['comand', 'command'],
    ['Command', 'command'],
    ['pakage', 'package'],
    ['header', 'headers'],
    ['ignorechanges', 'ignoreChanges'],
    ['urls', 'url'],
    ['zzz', null],
    ['x', null],
    ['', null],
    ['x'.repeat(10_000), null],
  ])('of %j is %j', (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  it('is nothing when nothing is known', () => {
    expect(nearest('x', [])).toBeNull();
    expect(suggest('x', [])).toEqual({});
  });

  it('gives way to a short list of what there is', () => {
    expect(suggest('zzz', ['a', 'b'])).toEqual({ hint: 'known: a, b' });
    expect(
      suggest(
        'zzz',
        Array.from({ length: 20 }, (_, i) => `name${i}`),
      ),
    ).toEqual({});
  });
});

describe('dotted', () => {
  it.each([
    [[], ''],
    [['servers', 'db', 'args', '1'], 'servers.db.args[1]'],
    [['servers', 'a b', 'env', 'X-Y'], 'servers["a b"].env.X-Y'],
    [['servers', '1a'], 'servers["1a"]'],
  ])('writes %j as %s', (path, text) => {
    expect(dotted(path)).toBe(text);
  });
});

describe('describeSchemaErrors', () => {
  const error = (keyword: string, params: object, data: unknown, more: object = {}) => ({
    instancePath: '/a',
    schemaPath: '#',
    keyword,
    params: params as Record<string, unknown>,
    data,
    ...more,
  });

  it('says one thing per place', () => {
    const errors = [error('type', { type: 'string' }, 3), error('enum', { allowedValues: ['x'] }, 3)];
    expect(describeSchemaErrors(errors)).toMatchObject([
      { kind: 'type', message: 'expected text, found a number' },
    ]);
  });

  it('never shows a value that may be a credential, or is long', () => {
    const token = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
    for (const value of [token, 'x'.repeat(100)]) {
      const [problem] = describeSchemaErrors([error('enum', { allowedValues: ['x'] }, value)]);
      expect(problem?.message).toBe('expected one of x');
    }
  });

  it('knows words for everything the schemas can say', () => {
    const cases = [
      error('minLength', {}, ''),
      error('minItems', {}, []),
      error('uniqueItems', { i: 2, j: 0 }, []),
      error('minimum', { comparison: '>=', limit: 1 }, 0),
      error('const', { allowedValue: 'a' }, 'b'),
      error('pattern', {}, 'x', { parentSchema: { patternErrorMessage: 'expected y' } }),
      error('somethingNew', {}, 'x'),
    ];
    expect(cases.map((each) => describeSchemaErrors([each])[0]?.message)).toEqual([
      'must not be empty',
      'must not be an empty list',
      'items 0 and 2 of the list are the same',
      'must be >= 1',
      'expected "a", found "b"',
      'expected y, found "x"',
      'does not have the right form',
    ]);
  });
});
