import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject, sameJson } from '../../../src/model/json.ts';
import type { Template } from '../../../src/model/manifest.ts';
import type { EntrySpec } from '../../../src/model/resource.ts';
import { changeEntry, editsBetween } from '../../../src/providers/claude-code/change-entry.ts';
import { observeEntry } from '../../../src/providers/claude-code/entry.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { desired, projectIn, USER, userPlace } from './world.ts';

const { normalize, render } = claudeCode;

describe('the one form of an entry', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['adds the type of a command', { command: 'x' }, { type: 'stdio', command: 'x', args: [] }],
    [
      'drops empty env and headers',
      { type: 'http', url: 'u', headers: {}, env: {} },
      { type: 'http', url: 'u' },
    ],
    ['calls streamable-http http', { type: 'streamable-http', url: 'u' }, { type: 'http', url: 'u' }],
    [
      'takes the older name of the timeout',
      { type: 'sse', url: 'u', request_timeout_ms: 5 },
      { type: 'sse', url: 'u', timeout: 5 },
    ],
    [
      'prefers the newer name of the timeout',
      { type: 'http', url: 'u', request_timeout_ms: 5, timeout: 6 },
      { type: 'http', url: 'u', timeout: 6 },
    ],
    [
      'keeps the older name where the client does not know it',
      { command: 'x', request_timeout_ms: 5 },
      { type: 'stdio', command: 'x', args: [], request_timeout_ms: 5 },
    ],
    ['does not guess the type of a URL', { url: 'u' }, { url: 'u' }],
    [
      'keeps values of the wrong kind',
      { type: null, args: 'x', env: [] },
      { type: null, args: 'x', env: [] },
    ],
    [
      'keeps what it does not know',
      { cwd: '/', command: 'x' },
      { type: 'stdio', command: 'x', args: [], cwd: '/' },
    ],
  ])('%s', (_, raw, expected) => {
    expect(JSON.stringify(normalize(raw))).toBe(JSON.stringify(expected));
  });

  const anyEntry = fc.dictionary(
    fc.constantFrom(
      'type',
      'command',
      'args',
      'env',
      'url',
      'headers',
      'timeout',
      'request_timeout_ms',
      'cwd',
      '__proto__',
      '1',
    ),
    fc.oneof(
      fc.constantFrom('stdio', 'http', 'sse', 'streamable-http', 'x', ''),
      fc.constantFrom({}, [], null, 5, ['a'], { A: 'b' }),
    ),
  ) as fc.Arbitrary<JsonObject>;

  it('is reached in one go', () => {
    fc.assert(
      fc.property(anyEntry, (raw) => {
        const once = normalize(raw);
        expect(JSON.stringify(normalize(once))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('names the fields that the client does not know', () => {
    const observed = observeEntry(userPlace('a'), { command: 'x', cwd: '/', 'a/b': 1, headers: { A: 'b' } });
    expect(observed.unknown).toEqual(['/cwd', '/a~1b']);
  });

  it('is unlike anything we write when it is no object', () => {
    expect(observeEntry(userPlace('a'), 'text')).toMatchObject({ attributes: { '': 'text' }, unknown: [] });
    expect(normalize({ '': 'text' })).toEqual({ '': 'text' });
  });
});

describe('changing an entry', () => {
  it('puts every change where the entry spells it', () => {
    const raw = { type: 'http', url: 'u', request_timeout_ms: 5, headers: { A: '1', B: '2' }, x: 1 };
    expect(changeEntry(raw, [{ pointer: '/timeout' }, { pointer: '/headers/A' }])).toEqual({
      type: 'http',
      url: 'u',
      headers: { B: '2' },
      x: 1,
    });
    expect(changeEntry(raw, [{ pointer: '/timeout', value: 6 }])).toMatchObject({ timeout: 6 });
    expect(changeEntry(raw, [{ pointer: '/timeout', value: 6 }])).not.toHaveProperty('request_timeout_ms');
  });

  it('takes an object away with its last member, and makes one where a leaf stood', () => {
    expect(changeEntry({ env: { A: '1' } }, [{ pointer: '/env/A' }])).toEqual({});
    expect(changeEntry({ env: null }, [{ pointer: '/env/A', value: '1' }, { pointer: '/env' }])).toEqual({
      env: { A: '1' },
    });
  });

  it('finds the fewest edits', () => {
    const before = { a: 1, b: { c: [1], d: 2 }, e: 3 };
    expect(editsBetween(before, { a: 1, b: { c: [1], d: 3 }, f: 4 }, ['p'])).toEqual([
      { path: ['p', 'b', 'd'], value: 3 },
      { path: ['p', 'e'] },
      { path: ['p', 'f'], value: 4 },
    ]);
    expect(editsBetween(undefined, undefined, ['p'])).toEqual([]);
  });
});

describe('rendering', () => {
  const env = (name: string, value?: string): Template => [
    value === undefined ? { env: name } : { env: name, default: value },
  ];

  it('writes stdio and remote entries as the client does, in its order', () => {
    const stdio = render(
      desired('a', USER, {
        args: ['-x', ['--t=', { env: 'T' }]],
        env: { B: env('B', 'd'), A: '1' },
        timeoutMs: 9000,
        client: { alwaysLoad: true },
      }),
    );
    expect(stdio.findings).toEqual([]);
    expect(JSON.stringify(stdio.attributes)).toBe(
      '{"type":"stdio","command":"node","args":["-x","--t=${T}"],"env":{"B":"${B:-d}","A":"1"},"timeout":9000,"alwaysLoad":true}',
    );
    const remote = render(
      desired('a', USER, {
        transport: 'http',
        url: 'https://a.example/mcp',
        headers: { Authorization: ['Bearer ', { env: 'T' }] },
        client: { tools: [{ name: 't' }], oauth: { clientId: 'c' }, headersHelper: 'helper' },
      }),
    );
    expect(remote.findings).toEqual([]);
    expect(JSON.stringify(remote.attributes)).toBe(
      '{"type":"http","url":"https://a.example/mcp","headers":{"Authorization":"Bearer ${T}"},"headersHelper":"helper","oauth":{"clientId":"c"},"tools":[{"name":"t"}]}',
    );
  });

  it('gives what it normalises to', () => {
    for (const fields of [
      {},
      { transport: 'ws', url: 'wss://a' },
      { args: ['a'], env: {} },
    ] as Partial<EntrySpec>[]) {
      const { attributes } = render(desired('a', USER, fields));
      expect(sameJson(normalize(attributes), attributes)).toBe(true);
    }
  });

  it.each<[string, string]>([
    ['workspace', 'CLIENT_NAME_RESERVED'],
    ['computer-use', 'CLIENT_NAME_RESERVED'],
    ['constructor', 'CLIENT_NAME_RESERVED'],
    ['__proto__', 'CLIENT_NAME_RESERVED'],
    ['', 'CLIENT_NAME_INVALID'],
    ['a.b', 'CLIENT_NAME_INVALID'],
    ['-a', 'CLIENT_NAME_INVALID'],
    ['a'.repeat(65), 'CLIENT_NAME_INVALID'],
  ])('refuses the name "%s"', (name, code) => {
    const { findings } = render(desired(name, projectIn('/repo')));
    expect(findings).toMatchObject([{ code, severity: 'error', at: { pointer: `/servers/${name}` } }]);
  });

  const remote = { transport: 'http', url: 'https://a.example' } as const;
  it.each<[string, Partial<EntrySpec>, string]>([
    ['an empty command', { command: '' }, 'CLIENT_FIELD_INVALID'],
    ['an empty URL', { transport: 'http', url: '' }, 'CLIENT_FIELD_INVALID'],
    ['a URL with another scheme', { transport: 'http', url: 'ftp://a.example' }, 'CLIENT_URL_SUSPECT'],
    ['a URL that is none', { transport: 'sse', url: 'not a url' }, 'CLIENT_URL_SUSPECT'],
    ['an http URL for ws', { transport: 'ws', url: 'https://a.example' }, 'CLIENT_URL_SUSPECT'],
    ['a variable in a header name', { ...remote, headers: { 'X-${A}': '1' } }, 'CLIENT_FIELD_INVALID'],
    ['a literal variable', { args: ['${HOME}'] }, 'CLIENT_TEXT_EXPANDED'],
    ['a literal that joins up with a variable', { args: [['${', { env: 'A' }]] }, 'CLIENT_TEXT_EXPANDED'],
    ['a default with a brace', { env: { A: env('B', 'x}y') } }, 'CLIENT_TEXT_EXPANDED'],
    ['a default with a variable', { env: { A: env('B', '${C') } }, 'CLIENT_TEXT_EXPANDED'],
    ['a timeout the client ignores', { timeoutMs: 999 }, 'CLIENT_TIMEOUT_IGNORED'],
    ['a timeout of nothing', { timeoutMs: 0 }, 'CLIENT_FIELD_INVALID'],
    ['half a millisecond', { timeoutMs: 1000.5 }, 'CLIENT_FIELD_INVALID'],
    ['an unknown field', { client: { foo: 1 } }, 'CLIENT_FIELD_UNKNOWN'],
    ['a field named like a method', { client: { constructor: 1 } as never }, 'CLIENT_FIELD_UNKNOWN'],
    ['a working folder', { client: { cwd: '/' } }, 'CLIENT_FIELD_UNKNOWN'],
    ['headersHelper for stdio', { client: { headersHelper: 'x' } }, 'CLIENT_FIELD_DROPPED'],
    ['oauth for ws', { transport: 'ws', url: 'wss://a', client: { oauth: {} } }, 'CLIENT_FIELD_DROPPED'],
    ['tools for ws', { transport: 'ws', url: 'wss://a', client: { tools: [] } }, 'CLIENT_FIELD_DROPPED'],
    ['an empty headersHelper', { ...remote, client: { headersHelper: '' } }, 'CLIENT_FIELD_INVALID'],
    ['alwaysLoad as text', { client: { alwaysLoad: 'yes' } }, 'CLIENT_FIELD_INVALID'],
    ['oauth as text', { ...remote, client: { oauth: 'x' } }, 'CLIENT_FIELD_INVALID'],
    ['an oauth secret', { ...remote, client: { oauth: { clientSecret: 'x' } } }, 'CLIENT_FIELD_INVALID'],
    [
      'an oauth port out of range',
      { ...remote, client: { oauth: { callbackPort: 70_000 } } },
      'CLIENT_FIELD_INVALID',
    ],
    ['oauth scopes as a list', { ...remote, client: { oauth: { scopes: ['a'] } } }, 'CLIENT_FIELD_INVALID'],
    [
      'oauth metadata without https',
      { ...remote, client: { oauth: { authServerMetadataUrl: 'http://a' } } },
      'CLIENT_FIELD_INVALID',
    ],
    ['oauth xaa as text', { ...remote, client: { oauth: { xaa: 'x' } } }, 'CLIENT_FIELD_INVALID'],
    ['a tool without a name', { ...remote, client: { tools: [{}] } }, 'CLIENT_FIELD_INVALID'],
    [
      'an unknown tool policy',
      { ...remote, client: { tools: [{ name: 't', permission_policy: 'no' }] } },
      'CLIENT_FIELD_INVALID',
    ],
  ])('finds %s', (_, fields, code) => {
    const { findings } = render(desired('a', USER, fields));
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.address).toBe('claude-code/user/a');
  });

  it.each<[string, Partial<EntrySpec>]>([
    ['text with a dollar', { args: ['$HOME', '$$', '${', '}'] }],
    ['a variable with a dollar before it', { args: [['$', { env: 'A' }]] }],
    ['a URL behind a variable', { transport: 'http', url: [{ env: 'BASE' }, '/mcp'] }],
    [
      'a full oauth map',
      {
        ...remote,
        client: {
          oauth: {
            clientId: 'c',
            callbackPort: 8080,
            authServerMetadataUrl: 'https://a',
            scopes: 'a b',
            xaa: true,
          },
        },
      },
    ],
    [
      'tools with policies',
      { ...remote, client: { tools: [{ name: 't', permission_policy: 'always_ask' }] } },
    ],
    ['a port in sse', { transport: 'sse', url: 'http://127.0.0.1:3000/sse' }],
  ])('accepts %s', (_, fields) => {
    expect(render(desired('a', USER, fields)).findings).toEqual([]);
  });

  it('never says a value', () => {
    const secret = 'hunter2';
    const fields = {
      args: [`\${${secret}}`],
      env: { A: `\${${secret}}` },
      client: { oauth: { clientId: [secret] } },
    };
    expect(JSON.stringify(render(desired('a', USER, fields as Partial<EntrySpec>)).findings)).not.toContain(
      secret,
    );
  });
});

describe('the traits of an entry', () => {
  it('hides where people paste keys, and replaces nothing', () => {
    expect(['/env/A', '/headers/B', '/args', '/url', '/headersHelper'].every(claudeCode.isSensitive)).toBe(
      true,
    );
    expect(['/command', '/type', '/environment', '/timeout'].some(claudeCode.isSensitive)).toBe(false);
    expect(claudeCode.forcesReplacement('/type', {})).toBe(false);
  });
});
