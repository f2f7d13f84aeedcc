import { expect, it } from 'vitest';
import { normalizeRelease } from '../../src/lock/python-release.ts';

it.each([
  ['1.0', '1.0.0', 'v1.0', '01.0', '0!1', '1'],
  ['1.1rc1', '1.1-RC1', '1.1.c1', '1.1pre1', '1.1_preview_1', '1.1.0rc.1'],
  ['1.1a0', '1.1.alpha', '1.1a'],
  ['1.0.post1', '1.0-1', '1.0post1', '1.0.rev1', '1.0-r1'],
  ['1.0.post0', '1.0.post'],
  ['1.0.dev3', '1.0dev3', '1.0-dev-3', '1.0.DEV3'],
  ['1!2.0b2.post3.dev4+ubuntu.1', '1!2.beta2-3.dev4+Ubuntu-1'],
  ['2026.1.1', '2026.01.1', '2026.1.01'],
])('knows the spellings of %s', (...spellings) => {
  expect(new Set(spellings.map(normalizeRelease)).size).toBe(1);
});

it('keeps apart what are different releases', () => {
  const releases = [
    '1.0',
    '1.0.1',
    '1.1',
    '10',
    '1!1.0',
    '1.0a1',
    '1.0b1',
    '1.0rc1',
    '1.0.post1',
    '1.0.dev1',
    '1.0+x',
  ];
  expect(new Set(releases.map(normalizeRelease)).size).toBe(releases.length);
});

it('leaves what is no version as it is, however long it is', () => {
  expect(normalizeRelease('latest')).toBe('latest');
  expect(normalizeRelease('1.0.*')).toBe('1.0.*');
  const long = `${'1.'.repeat(50_000)}x`;
  expect(normalizeRelease(long)).toBe(long);
});
