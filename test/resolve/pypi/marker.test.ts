import { describe, expect, it } from 'vitest';
import { leftOutOf } from '../../../src/resolve/pypi/left-out.ts';
import { holds, parseMarker, printMarker, withExtras } from '../../../src/resolve/pypi/marker.ts';

const linux = {
  sys_platform: 'linux',
  platform_system: 'Linux',
  python_version: '3.11',
  python_full_version: '3.11.2',
  implementation_name: 'cpython',
  platform_python_implementation: 'CPython',
};

const read = (text: string) => {
  const marker = parseMarker(text);
  if (marker === null) throw new Error(text);
  return marker;
};

describe('a marker', () => {
  it.each([
    [`sys_platform=='win32'`, 'sys_platform == "win32"', false],
    [`python_version < "3.12"`, 'python_version < "3.12"', true],
    [
      `python_version >= '3.9' and python_version<'3.10'`,
      'python_version >= "3.9" and python_version < "3.10"',
      false,
    ],
    [
      `(os_name=="nt" or sys_platform=="linux") and implementation_name == 'cpython'`,
      '(os_name == "nt" or sys_platform == "linux") and implementation_name == "cpython"',
      true,
    ],
    [`'linux' in sys_platform`, '"linux" in sys_platform', true],
    [`sys_platform not  in "win32 darwin"`, 'sys_platform not in "win32 darwin"', true],
    [`python_full_version == "3.11.*"`, 'python_full_version == "3.11.*"', true],
  ])('%s has one spelling, and holds or not', (text, spelling, isTrue) => {
    const marker = read(text);
    expect(printMarker(marker)).toBe(spelling);
    expect(printMarker(read(printMarker(marker)))).toBe(spelling);
    expect(holds(marker, linux)).toBe(isTrue);
  });

  it.each([
    '',
    'x',
    'a ==',
    '== "a"',
    '(os_name == "nt"',
    'os_name == "nt" and',
    'os_name == "a\nb"',
    'os_name "nt"',
  ])('%j is none', (text) => {
    expect(parseMarker(text)).toBeNull();
  });

  it.each([
    [`extra == "cli"`, ['cli'], true],
    [`extra == "cli"`, [], false],
    [`extra == "C_li" and sys_platform == "win32"`, ['c-li'], 'sys_platform == "win32"'],
    [`extra == "cli" and sys_platform == "win32"`, [], false],
    [`extra == "cli" or sys_platform == "win32"`, ['cli'], true],
    [`extra == "cli" or sys_platform == "win32"`, [], 'sys_platform == "win32"'],
  ])('%s with the extras %j asks the machine only what is left', (text, extras, expected) => {
    const left = withExtras(read(text), new Set(extras));
    expect(typeof left === 'boolean' ? left : printMarker(left)).toBe(expected);
  });
});

describe('what pip passes over', () => {
  const item = (name: string, requires: readonly string[], extras: readonly string[] = []) => ({
    name,
    version: '1.0',
    sha256: 'a'.repeat(64),
    extras,
    isYanked: false,
    requires,
  });

  it('is what another machine or Python would need, of the extras that are wanted', () => {
    const items = [
      item(
        'top',
        [
          'here>=1; sys_platform == "linux"',
          'pywin32>=311 ; sys_platform == "win32"',
          'old (>=1,<2) ; python_version < "3.9"',
          'never; extra == "docs" and sys_platform == "win32"',
          'asked; extra == "cli" and sys_platform == "win32"',
          'away @ https://example.com/away.whl ; sys_platform == "darwin"',
          'here[fast]',
        ],
        ['cli'],
      ),
      item('here', ['uvloop>=0.1; extra == "fast" and sys_platform != "linux"', 'top']),
    ];
    const found = leftOutOf({ items, environment: linux });
    expect(found.map(({ name, marker }) => `${name}: ${printMarker(marker)}`)).toEqual([
      'pywin32: sys_platform == "win32"',
      'old: python_version < "3.9"',
      'asked: sys_platform == "win32"',
      'away: sys_platform == "darwin"',
      'uvloop: sys_platform != "linux"',
    ]);
  });
});
