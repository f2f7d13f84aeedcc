import { describe, expect, it } from 'vitest';
import type { YamlDocument } from '../../src/formats/yaml-compose.ts';
import { parseYaml } from '../../src/formats/yaml-parse.ts';
import { placeFinder } from '../../src/formats/yaml-position.ts';

const TEXT = `a: &a
  b: 1
  "c d": [x, { e: 2 }]
empty:
list:
  - one
  - two: 3
alias: *a
flow: { g: "h" }
`;

describe('placeFinder', () => {
  const { document, source } = parseYaml(new TextEncoder().encode(TEXT), '/x');
  const find = placeFinder(document as YamlDocument);

  it.each([
    [[], 'value', '1:1'],
    [['a'], 'key', '1:1'],
    [['a'], 'value', '1:1'],
    [['a', 'b'], 'key', '2:3'],
    [['a', 'b'], 'value', '2:6'],
    [['a', 'c d', '0'], 'value', '3:11'],
    [['a', 'c d', '1', 'e'], 'key', '3:16'],
    [['a', 'c d', '1', 'e'], 'value', '3:19'],
    [['empty'], 'value', '4:1'],
    [['list', '0'], 'value', '6:5'],
    [['list', '1', 'two'], 'value', '7:10'],
    [['alias', 'b'], 'value', '2:6'],
    [['flow'], 'value', '9:7'],
    [['flow', 'g'], 'value', '9:12'],
  ] as const)('finds the place of %j (%s) at %s', (path, part, expected) => {
    const place = find(path, part);
    const { line, column } = source.locate(place.offset);
    expect(`${line}:${column}`).toBe(expected);
    expect(place.isExact).toBe(true);
  });

  it.each([
    [['nowhere'], '1:1'],
    [['a', 'missing'], '1:1'],
    [['a', 'b', 'deeper'], '2:3'],
    [['list', '7'], '5:1'],
    [['flow', 'x', 'y'], '9:1'],
  ] as const)('has for %j, which is not there, what should hold it', (path, expected) => {
    const place = find(path, 'value');
    const { line, column } = source.locate(place.offset);
    expect(`${line}:${column}`).toBe(expected);
    expect(place.isExact).toBe(false);
  });
});
