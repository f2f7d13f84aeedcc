import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, parseSpecifier } from '../../../src/resolve/pypi/specifier.ts';
import {
  compareVersions,
  isPrerelease,
  isSameVersion,
  parseVersion,
  type Version,
} from '../../../src/resolve/pypi/version.ts';

/** In ascending order. https://packaging.python.org/specifications/version-specifiers#summary-of-permitted-suffixes-and-relative-ordering */
const ascending = [
  '0.9',
  '1.0.dev1',
  '1.0a1.dev2',
  '1.0a1',
  '1.0a2',
  '1.0b1',
  '1.0rc1.dev1',
  '1.0rc1',
  '1.0',
  '1.0+abc.5',
  '1.0+abc.7',
  '1.0+5',
  '1.0.post1.dev1',
  '1.0.post1',
  '1.0.15',
  '1.1.dev1',
  '1.10',
  '2026.1.1',
  '1!0.1',
];

const version = (text: string): Version => {
  const parsed = parseVersion(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

describe('versions of Python projects', () => {
  it('have the order of the specification, from wherever one starts', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ascending), (some) => {
        const sorted = [...some].sort((a, b) => compareVersions(version(a), version(b)));
        expect(sorted).toEqual(ascending.filter((each) => some.includes(each)));
      }),
    );
  });

  it.each([
    ['1.0', '1'],
    ['1.0.0', 'v1.0'],
    ['1.0-alpha.1', '1a1'],
    ['1.0-1', '1.0.post1'],
    ['1.0.PREVIEW2', '1.0rc2'],
    ['1.0+Ubuntu_1', '1.0+ubuntu.1'],
  ])('%s is the same as %s', (a, b) => {
    expect(isSameVersion(a, b)).toBe(true);
  });

  it.each([
    '',
    'latest',
    '1..0',
    '1.0-',
    '-1',
    '1.0 --index-url=x',
    '1.0;x',
    '1.*',
    '>=1',
    `1.${'0'.repeat(300)}`,
  ])('%j is none', (text) => {
    expect(parseVersion(text)).toBeNull();
  });

  it('are prereleases when they say so', () => {
    expect(['1.0a1', '1.0.dev1', '1.0', '1.0.post1'].map((text) => isPrerelease(version(text)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a range of versions', () => {
  it.each([
    ['>=1.0,<2', ['1.0', '1.9.9'], ['0.9', '2.0', '2.0rc1']],
    ['~=1.4.2', ['1.4.2', '1.4.9'], ['1.5', '1.4.1']],
    ['~=1.4', ['1.4', '1.9'], ['2.0']],
    ['==1.4.*', ['1.4', '1.4.7'], ['1.5', '1.40']],
    ['!=1.4.*,>=1', ['1.3', '1.5'], ['1.4.1']],
    ['==1.0', ['1.0', '1', '1.0+local'], ['1.0.1']],
    ['>1.0', ['1.1'], ['1.0', '1.0.post1']],
    ['<1.0', ['0.9'], ['1.0', '1.0rc1']],
  ])('%s takes what it says', (text, inside, outside) => {
    const specifier = parseSpecifier(text);
    if (specifier === null) throw new Error(text);
    expect(inside.filter((each) => !matches(version(each), specifier))).toEqual([]);
    expect(outside.filter((each) => matches(version(each), specifier))).toEqual([]);
  });

  it.each(['', '1.0', '>=', '>=x', '>=1.*', '=>1', '>=1 --pre', '>=1;os_name=="x"', '@ https://x'])(
    '%j is none',
    (text) => {
      expect(parseSpecifier(text)).toBeNull();
    },
  );
});
