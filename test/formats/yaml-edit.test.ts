import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addMembers } from '../../src/formats/yaml-edit.ts';
import { printMembers } from '../../src/formats/yaml-print.ts';
import type { JsonObject } from '../../src/model/json.ts';

const added: JsonObject = { new: { command: 'npx', args: ['-y', 'pkg@1.0.0'], env: { A: '1', B: '${B}' } } };
const add = (text: string): string => addMembers(text, 'servers', added);

describe('addMembers', () => {
  it.each<[string, string, string]>([
    [
      'after the last server, in the neighbours’ indentation',
      'kind: Stack\nservers:\n    a:\n      command: x   # why\n\nmoved: []\n',
      'kind: Stack\nservers:\n    a:\n      command: x   # why\n    new:\n      command: npx\n      args:\n        - -y\n        - pkg@1.0.0\n      env:\n        A: "1"\n        B: ${B}\n\nmoved: []\n',
    ],
    [
      'after comments that belong to the last server, before those that belong to what follows',
      'servers:\n  a:\n    command: x\n    # args: [y]\n\n  # b: later\n\n# names\nmoved: []\n',
      'servers:\n  a:\n    command: x\n    # args: [y]\n\n  # b: later\n  new:\n    command: npx\n    args:\n      - -y\n      - pkg@1.0.0\n    env:\n      A: "1"\n      B: ${B}\n\n# names\nmoved: []\n',
    ],
    [
      'where there is no line end at the end',
      'servers:\n  a: {command: x}',
      'servers:\n  a: {command: x}\n  new:\n    command: npx\n    args:\n      - -y\n      - pkg@1.0.0\n    env:\n      A: "1"\n      B: ${B}\n',
    ],
    [
      'into an empty flow mapping',
      'servers: {}  # none yet\nname: x\n',
      'servers:  # none yet\n  new:\n    command: npx\n    args:\n      - -y\n      - pkg@1.0.0\n    env:\n      A: "1"\n      B: ${B}\nname: x\n',
    ],
    [
      'under a key without a value',
      'servers:\n  # none yet\n\nname: x\n',
      'servers:\n  # none yet\n  new:\n    command: npx\n    args:\n      - -y\n      - pkg@1.0.0\n    env:\n      A: "1"\n      B: ${B}\n\nname: x\n',
    ],
    [
      'under a new key',
      '---\nname: x\n...\n',
      '---\nname: x\nservers:\n  new:\n    command: npx\n    args:\n      - -y\n      - pkg@1.0.0\n    env:\n      A: "1"\n      B: ${B}\n...\n',
    ],
    [
      'into a flow mapping, in its style',
      'servers: {a: {command: x}, }\n',
      'servers: {a: {command: x}, "new": {"command":"npx","args":["-y","pkg@1.0.0"],"env":{"A":"1","B":"${B}"}}, }\n',
    ],
    [
      'into a JSON file, which stays one',
      '{"name": "x", "servers": {}}',
      '{"name": "x", "servers": {"new": {"command":"npx","args":["-y","pkg@1.0.0"],"env":{"A":"1","B":"${B}"}}}}',
    ],
    [
      'into a JSON file without the key',
      '{\n  "name": "x"\n}\n',
      '{\n  "name": "x", "servers": {"new":{"command":"npx","args":["-y","pkg@1.0.0"],"env":{"A":"1","B":"${B}"}}}\n}\n',
    ],
  ])('adds %s', (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  it('keeps CRLF and the byte order mark', () => {
    const text = add('\ufeffservers:\r\n  a:\r\n    command: x\r\n');
    expect(text.startsWith('\ufeffservers:\r\n  a:\r\n    command: x\r\n  new:\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it.each([
    ['after a block scalar', 'servers:\n  a:\n    headersHelper: |\n      one\n      two\nname: x\n'],
    ['after a kept block scalar', 'servers:\n  a:\n    headersHelper: |+\n      one\n\nname: x\n'],
    ['after an empty value', 'servers:\n  a:\nname: x\n'],
    ['after a list at the key’s own column', 'servers:\n  a:\n    args:\n    - x\n    - y\nname: x\n'],
    ['after a multi-line flow list', 'servers:\n  a:\n    args: [\n      x,\n    ]\nname: x\n'],
    ['after an alias', 'x-a: &a {command: x}\nservers:\n  a: *a\n'],
    ['after a plain text over two lines', 'servers:\n  a:\n    description: one\n      two\nname: x\n'],
    ['with quoted keys', '"servers":\n  "a":\n    "command": x\n'],
  ])('adds %s', (_, before) => {
    const after = add(before);
    expect(parse(after)).toEqual({ ...parse(before), servers: { ...parse(before).servers, ...added } });
    expect(linesOf(after)).toEqual(expect.arrayContaining(linesOf(before)));
  });

  it.each([
    ['an alias', 'x-s: &s {a: {command: x}}\nservers: *s\n'],
    ['a list', 'servers: [a]\n'],
    ['text', 'servers: a\n'],
    ['a name that is there', 'servers:\n  new: {command: x}\n'],
    ['no mapping', '- a\n'],
    ['no YAML', 'servers: {\n'],
    ['nothing', ''],
    ['explicit keys', '? servers\n: ? a\n  : command: x\n'],
  ])('refuses %s, and says what to do', (_, text) => {
    expect(() => add(text)).toThrow(
      expect.objectContaining({ code: 'MANIFEST_NOT_EDITABLE', hint: expect.any(String) }),
    );
  });

  it('adds nothing for nothing', () => {
    expect(addMembers('anything at all: [', 'servers', {})).toBe('anything at all: [');
  });

  it('keeps every other line, for manifests in many layouts', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/).filter((each) => each !== 'new');
    const layout = fc.record({
      indent: fc.constantFrom('  ', '    ', '   '),
      eol: fc.constantFrom('\n', '\r\n'),
      names: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
      comment: fc.constantFrom('', '# note', '# servers:', '#'),
      tail: fc.constantFrom('', 'moved: []', '# the end', '\n\n# far\n\nx-y: 1'),
      isFinal: fc.boolean(),
    });
    fc.assert(
      fc.property(layout, ({ indent, eol, names, comment, tail, isFinal }) => {
        const lines = ['name: x', 'servers:'];
        for (const each of names) {
          lines.push(
            `${indent}${each}: ${comment}`.trimEnd(),
            `${indent}${indent}command: "x" ${comment}`.trimEnd(),
          );
          if (comment !== '') lines.push(`${indent}${indent}${comment}`, '', `${indent}${comment}`);
        }
        const before = `${[...lines, ...tail.split('\n')].join(eol)}${isFinal ? eol : ''}`;
        const after = add(before);
        expect(parse(after).servers).toEqual({ ...parse(before).servers, ...added });
        const block = printMembers(added, { indent, step: indent, eol });
        expect([before, before + eol]).toContain(after.replace(block, () => ''));
      }),
      { numRuns: 300 },
    );
  });
});

const linesOf = (text: string): string[] => text.split('\n');

describe('printMembers', () => {
  it('prints any JSON so that YAML reads the same, on printable ASCII lines where something is invisible', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).filter((each) => !/\p{Cs}/u.test(each)),
      fc.constantFrom(
        'yes',
        'null',
        '~',
        '12',
        '1e3',
        '0x1f',
        '.5',
        '-1',
        '- a',
        'a: b',
        'a #b',
        '#',
        '',
        ' a',
        'a ',
        '!t',
        '&a',
        '*a',
        '|',
        '>',
        '%',
        '@',
        '`',
        '? a',
        'a:',
        '---',
        '...',
        '=',
        '<<',
        '2001-01-01',
        '1:30',
        '\t',
        'a\nb',
        '\u0085',
        '\u2028',
        '\u202e',
        '\u{e0041}',
        '\ufeff',
      ),
    );
    const value = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json')),
        fc.dictionary(
          text.filter((key) => key !== '__proto__' && key !== '<<'),
          tie('json'),
        ),
      ),
    })).json;
    fc.assert(
      fc.property(value, fc.constantFrom('  ', '    '), fc.constantFrom('\n', '\r\n'), (json, step, eol) => {
        const printed = printMembers({ key: json } as JsonObject, { indent: '', step, eol });
        expect(parse(printed)).toEqual({ key: json });
        expect(printed).not.toMatch(/[\u2028\u2029\u202a-\u202e\u200b\ufeff\0]/);
      }),
      { numRuns: 1_000 },
    );
  });
});
