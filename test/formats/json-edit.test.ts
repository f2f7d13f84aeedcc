import { describe, expect, it } from 'vitest';
import { editJson, type JsonEdit } from '../../src/formats/json-edit.ts';
import type { Code } from '../../src/model/codes.ts';

const set = (path: readonly string[], value: JsonEdit['value']): JsonEdit => ({
  path,
  ...(value === undefined ? {} : { value }),
});
const remove = (...path: string[]): JsonEdit => ({ path });
const rename = (path: readonly string[], renameTo: string): JsonEdit => ({ path, renameTo });

describe('editing JSON text', () => {
  it.each<[string, string, readonly JsonEdit[], string]>([
    ['replaces a scalar', '{"a": 1, "b": 2}', [set(['a'], 'x')], '{"a": "x", "b": 2}'],
    ['adds a member in the style of a line', '{"a": 1, "b": 2}', [set(['c'], 3)], '{"a": 1, "b": 2, "c": 3}'],
    ['adds a member in the tightest style', '{"a":1,"b":2}', [set(['c'], [1, 2])], '{"a":1,"b":2,"c":[1,2]}'],
    ['adds with odd spacing', '{"a" :1 ,"b" :2 }', [set(['c'], 3)], '{"a" :1 ,"b" :2,"c" :3 }'],
    ['takes the only member of one line as the model', '{ "a": 1 }', [set(['c'], 3)], '{ "a": 1, "c": 3 }'],
    [
      'adds with the indent of the neighbours',
      '{\n    "a": 1\n}\n',
      [set(['b'], { c: [1] })],
      '{\n    "a": 1,\n    "b": {\n        "c": [\n            1\n        ]\n    }\n}\n',
    ],
    [
      'adds with tabs',
      '{\n\t"a": 1\n}',
      [set(['b'], { c: 1 })],
      '{\n\t"a": 1,\n\t"b": {\n\t\t"c": 1\n\t}\n}',
    ],
    ['adds with CRLF', '{\r\n  "a": 1\r\n}\r\n', [set(['b'], {})], '{\r\n  "a": 1,\r\n  "b": {}\r\n}\r\n'],
    ['adds without any indent', '{\n"a": 1\n}', [set(['b'], { c: 1 })], '{\n"a": 1,\n"b": {\n"c": 1\n}\n}'],
    ['expands the empty document', '{}', [set(['a', 'b'], 1)], '{\n  "a": {\n    "b": 1\n  }\n}'],
    ['expands the empty document before CRLF', '{}\r\n', [set(['a'], 1)], '{\r\n  "a": 1\r\n}\r\n'],
    [
      'expands an empty object',
      '{\n   "a": {}\n}',
      [set(['a', 'b'], 1)],
      '{\n   "a": {\n      "b": 1\n   }\n}',
    ],
    [
      'expands an empty object that spans lines',
      '{\n "a": {\n\n }\n}',
      [set(['a', 'b'], 1)],
      '{\n "a": {\n  "b": 1\n }\n}',
    ],
    ['expands an empty object on one line', '{"a":{ }}', [set(['a', 'b'], 1)], '{"a":{"b":1}}'],
    ['keeps the byte order mark', '\uFEFF{"a":1}', [set(['a'], 2)], '\uFEFF{"a":2}'],
    [
      'keeps numbers as spelled',
      '{"n":12345678901234567890,"e":1E5}',
      [set(['a'], 1)],
      '{"n":12345678901234567890,"e":1E5,"a":1}',
    ],
    [
      'keeps an equal value as spelled',
      '{"a": 1.0, "b": "\\u0041"}',
      [set(['a'], 1), set(['b'], 'A')],
      '{"a": 1.0, "b": "\\u0041"}',
    ],
    ['finds a key by what its spelling means', '{"\\u0061\\"b": 1}', [set(['a"b'], 2)], '{"\\u0061\\"b": 2}'],
    [
      'skips strings full of quotes and braces',
      '{"h": "\\\\\\"}{[\\\\", "a": [{"b": "]"}], "c": 1}',
      [set(['c'], 2)],
      '{"h": "\\\\\\"}{[\\\\", "a": [{"b": "]"}], "c": 2}',
    ],
    ['removes the first member', '{"a": 1, "b": 2}', [remove('a')], '{"b": 2}'],
    [
      'removes a member in the middle',
      '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}',
      [remove('b')],
      '{\n  "a": 1,\n  "c": 3\n}',
    ],
    [
      'removes the last member with the comma before it',
      '{\n  "a": 1 ,\n  "b": 2\n}',
      [remove('b')],
      '{\n  "a": 1\n}',
    ],
    ['removes several last members', '{"a":1,"b":2,"c":3}', [remove('b'), remove('c')], '{"a":1}'],
    ['removes the only member', '{\n  "a": {\n    "b": 1\n  }\n}', [remove('a', 'b')], '{\n  "a": {}\n}'],
    [
      'removes all and adds another',
      '{\n  "a": 1,\n  "b": 2\n}',
      [remove('a'), remove('b'), set(['c'], 3)],
      '{\n  "c": 3\n}',
    ],
    ['removes the last and adds another', '{"a":1,"b":2}', [remove('b'), set(['c'], 3)], '{"a":1,"c":3}'],
    ['does nothing when there is nothing to remove', '{"a":1}', [remove('b'), remove('c', 'd')], '{"a":1}'],
    ['renames in place', '{"a": 1, "b": 2}', [rename(['a'], 'z')], '{"z": 1, "b": 2}'],
    [
      'renames and edits below',
      '{"a": {"x": 1}}',
      [rename(['a'], 'z'), set(['a', 'x'], 2)],
      '{"z": {"x": 2}}',
    ],
    ['swaps two names', '{"a": 1, "b": 2}', [rename(['a'], 'b'), rename(['b'], 'a')], '{"b": 1, "a": 2}'],
    ['takes a name that is given up', '{"a": 1, "b": 2}', [remove('b'), rename(['a'], 'b')], '{"b": 1}'],
    [
      'keeps a list on its line',
      '{\n  "a": ["x", "y"]\n}',
      [set(['a'], ['z', 'w'])],
      '{\n  "a": ["z", "w"]\n}',
    ],
    [
      'keeps a tight list tight',
      '{\n  "a": ["x","y"]\n}',
      [set(['a'], ['z', 'w'])],
      '{\n  "a": ["z","w"]\n}',
    ],
    ['spreads what was empty', '{\n  "a": []\n}', [set(['a'], ['z'])], '{\n  "a": [\n    "z"\n  ]\n}'],
    [
      'treats __proto__ as any other key',
      '{"__proto__":{"a":1}}',
      [set(['__proto__', 'b'], 2)],
      '{"__proto__":{"a":1,"b":2}}',
    ],
    [
      'leaves a duplicate alone that is not on the path',
      '{"d":1,"d":2,"a":1}',
      [set(['a'], 2)],
      '{"d":1,"d":2,"a":2}',
    ],
    [
      'keeps old line ends inside other members',
      '{\r"a":1,\r"b":{}\r}',
      [set(['b', 'c'], 1)],
      '{\r"a":1,\r"b":{\r"c":1\r}\r}',
    ],
    ['changes nothing without edits', ' {"a":1} ', [], ' {"a":1} '],
  ])('%s', (_, text, edits, expected) => {
    expect(editJson(text, edits)).toBe(expected);
  });

  it.each<[string, string, readonly JsonEdit[], Code]>([
    ['a parent that is a list', '{"a":[]}', [set(['a', 'b'], 1)], 'JSON_NOT_AN_OBJECT'],
    ['a parent that is null', '{"a":null}', [remove('a', 'b')], 'JSON_NOT_AN_OBJECT'],
    ['a root that is a list', '[]', [set(['a'], 1)], 'JSON_NOT_AN_OBJECT'],
    ['a key that stands twice', '{"a":1,"\\u0061":2}', [set(['a'], 3)], 'JSON_DUPLICATE_KEY'],
    ['a parent that stands twice', '{"p":{},"p":{}}', [set(['p', 'a'], 3)], 'JSON_DUPLICATE_KEY'],
    ['a rename of nothing', '{}', [rename(['a'], 'b')], 'JSON_KEY_MISSING'],
    ['a rename onto a member that stays', '{"a":1,"b":2}', [rename(['a'], 'b')], 'JSON_KEY_TAKEN'],
    [
      'two renames onto one name',
      '{"a":1,"b":2}',
      [rename(['a'], 'c'), rename(['b'], 'c')],
      'JSON_KEY_TAKEN',
    ],
    ['a rename onto a new member', '{"a":1}', [rename(['a'], 'b'), set(['b'], 1)], 'JSON_KEY_TAKEN'],
  ])('refuses %s', (_, text, edits, code) => {
    expect(() => editJson(text, edits)).toThrow(expect.objectContaining({ code }));
  });

  it('calls contradicting edits a bug', () => {
    expect(() => editJson('{}', [set(['a'], 1), set(['a'], 2)])).toThrow('same path');
    expect(() => editJson('{}', [set(['a'], 1), set(['a', 'b'], 2)])).toThrow('inside');
    expect(() => editJson('{}', [set(['a', 'b'], 1), remove('a')])).toThrow('inside');
    expect(() => editJson('{}', [set([], 1)])).toThrow('needs a path');
  });

  it('stops with an error on text that is no JSON, whatever it finds', () => {
    for (const text of ['{"a', '{"a":[', '{"a":{"b']) expect(() => editJson(text, [set(['b'], 1)])).toThrow();
  });
});
