import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import { joinImports } from '../../src/manifest/join-imports.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import { type ImportedServer, importEntry } from '../../src/manifest/write-import.ts';
import { addServers } from '../../src/manifest/write-manifest.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { isWithin, leavesOf } from '../../src/model/leaves.ts';
import { claudeCode } from '../../src/providers/claude-code/index.ts';
import { surroundings } from '../graph/surroundings.ts';

const user = { client: 'claude-code', scope: 'user' } as const;
const stdio = (more: JsonObject): JsonObject =>
  claudeCode.normalize({ type: 'stdio', command: 'x', ...more });
const http = (more: JsonObject): JsonObject =>
  claudeCode.normalize({ type: 'http', url: 'https://a.test/x', ...more });
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

function imported(attributes: JsonObject) {
  const { imported: server, keep, findings } = importEntry('a', user, attributes);
  return { server: server?.server ?? null, keep, codes: findings.map(({ code }) => code), findings };
}

/** What a manifest with these servers asks the client to hold, by server; and everything that is wrong with it. */
function declaredAgain(servers: readonly ImportedServer[]) {
  const bytes = new TextEncoder().encode(addServers(null, servers, { name: 'again' }));
  const { manifest, findings } = parseManifest([{ path: '/repo/mcp.yaml', bytes }], {
    root: '/repo',
    variables: {},
    clientNames: ['claude-code'],
  });
  if (manifest === null) return { attributes: new Map<string, JsonObject>(), findings };
  const { desired } = desire(manifest, surroundings());
  const rendered = desired.map((each) => ({ each, ...claudeCode.render(each) }));
  return {
    attributes: new Map(rendered.map(({ each, attributes }) => [each.server, attributes])),
    findings: [
      ...findings,
      ...rendered.flatMap((each) => each.findings),
      ...desired.flatMap(({ blocked }) => (blocked === undefined ? [] : [blocked])),
    ],
  };
}

describe('importEntry', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'a program',
      stdio({ args: ['-y', 'p'], env: { A: 'b' } }),
      { command: 'x', args: ['-y', 'p'], env: { A: 'b' } },
    ],
    ['a program without arguments', stdio({}), { command: 'x' }],
    ['a timeout in seconds', stdio({ timeout: 30_000 }), { command: 'x', timeout: '30s' }],
    ['a timeout in milliseconds', stdio({ timeout: 1_500 }), { command: 'x', timeout: '1500ms' }],
    ['a remote server', http({}), { url: 'https://a.test/x' }],
    ['another transport', http({ type: 'sse' }), { url: 'https://a.test/x', transport: 'sse' }],
    [
      'the client’s own variables',
      http({ headers: { Authorization: 'Bearer ${T}', X: '${U:-v}' } }),
      { url: 'https://a.test/x', headers: { Authorization: 'Bearer ${T}', X: '${U:-v}' } },
    ],
    [
      'the client’s own fields',
      http({
        oauth: { clientId: 'id' },
        alwaysLoad: true,
        tools: [{ name: 't', permission_policy: 'always_ask' }],
      }),
      {
        url: 'https://a.test/x',
        oauth: { clientId: 'id' },
        alwaysLoad: true,
        tools: [{ name: 't', permission_policy: 'always_ask' }],
      },
    ],
    [
      'a shell’s variables, escaped',
      http({ headersHelper: 'echo "$A ${B}"' }),
      { url: 'https://a.test/x', headersHelper: 'echo "$A $${B}"' },
    ],
  ])('declares %s', (_, attributes, server) => {
    expect(imported(attributes)).toMatchObject({ keep: [], codes: [] });
    expect(imported(attributes).server).toEqual({ ...server, targets: [user] });
  });

  it('writes where the entry is', () => {
    const target = { client: 'claude-code', scope: 'project', path: 'services/api' } as const;
    expect(importEntry('a', target, stdio({})).imported?.server['targets']).toEqual([target]);
  });

  it.each<[string, JsonObject, readonly string[], JsonObject]>([
    [
      'in env',
      stdio({ env: { GITHUB_TOKEN: TOKEN, A: 'b' } }),
      ['/env/GITHUB_TOKEN'],
      { command: 'x', env: { A: 'b' } },
    ],
    [
      'in the only variable',
      stdio({ env: { GITHUB_TOKEN: TOKEN } }),
      ['/env/GITHUB_TOKEN'],
      { command: 'x' },
    ],
    ['by its name', stdio({ env: { DB_PASSWORD: 'hunter22' } }), ['/env/DB_PASSWORD'], { command: 'x' }],
    [
      'in a header',
      http({ headers: { Authorization: `Bearer ${TOKEN}` } }),
      ['/headers/Authorization'],
      { url: 'https://a.test/x' },
    ],
    [
      'behind an option',
      stdio({ args: ['--api-key', 'k3yQ8xTw1LpV7zR', '-v'] }),
      ['/args'],
      { command: 'x' },
    ],
    ['in an option', stdio({ args: [`--token=${TOKEN}`] }), ['/args'], { command: 'x' }],
    ['in a URL in an argument', stdio({ args: ['postgres://u:pw123@db/x'] }), ['/args'], { command: 'x' }],
    [
      'in the user info of the url',
      http({ url: 'https://u:pw123@a.test/x' }),
      ['/url'],
      { url: 'https://a.test/x' },
    ],
    [
      'as the user of the url',
      http({ url: 'https://k3yk3y@a.test/x' }),
      ['/url'],
      { url: 'https://a.test/x' },
    ],
    [
      'in the query',
      http({ url: 'https://a.test/x?v=1&api_key=k3yQ8xTw1LpV7zR' }),
      ['/url'],
      { url: 'https://a.test/x?v=1&api_key=***' },
    ],
    [
      'in the path',
      http({ url: `https://a.test/s/${TOKEN}/mcp` }),
      ['/url'],
      { url: 'https://a.test/s/***/mcp' },
    ],
    [
      'in headersHelper',
      http({ headersHelper: `echo ${TOKEN}` }),
      ['/headersHelper'],
      { url: 'https://a.test/x' },
    ],
  ])('never copies what looks like a credential %s', (_, attributes, keep, server) => {
    const result = imported(attributes);
    expect(result.server).toEqual({ ...server, targets: [user], lifecycle: { keep } });
    expect(result.keep).toEqual(keep);
    expect(result.codes).toEqual(['MANIFEST_IMPORT_SECRET']);
    expect(JSON.stringify(result)).not.toMatch(/ghp_|hunter22|pw123|k3y/);
  });

  it('copies references in the same places', () => {
    const attributes = http({
      url: 'https://${U}:${P}@a.test/?key=${K}',
      headers: { Authorization: 'Bearer ${T}' },
    });
    expect(imported(attributes)).toMatchObject({ keep: [], codes: [], server: { url: attributes['url'] } });
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['a "$" before a variable', stdio({ env: { A: '$${B}' } }), ['/env/A']],
    [
      'text that only looks like ours',
      stdio({ env: { A: '${var.x}', B: '${secret.y}', C: '${env:D}' } }),
      ['/env/A', '/env/B', '/env/C'],
    ],
    ['nested defaults', stdio({ args: ['${A:-${B}}'] }), ['/args']],
    [
      'names outside the rule',
      stdio({ env: { '': 'a', 'a b': 'c', __proto__x: 'd', '<<': 'e', '1': 'f' } }),
      ['/env/', '/env/1', '/env/<<', '/env/a b'],
    ],
    [
      'names of the object prototype',
      stdio({ env: JSON.parse('{"__proto__":"a","constructor":"b"}') as JsonObject }),
      ['/env/__proto__', '/env/constructor'],
    ],
    ['a header name that is none', http({ headers: { 'X Y': 'a' } }), ['/headers/X Y']],
    ['the same header twice', http({ headers: { 'X-A': 'a', 'x-a': 'b' } }), ['/headers/x-a']],
    [
      'values that are not text',
      stdio({ args: [1], env: { A: 1, B: null }, timeout: 'x', alwaysLoad: 'yes' }),
      ['/alwaysLoad', '/args', '/env/A', '/env/B', '/timeout'],
    ],
    ['maps that are none', stdio({ args: 'x', env: ['a'] }), ['/args', '/env']],
    [
      'fields of another type of entry',
      stdio({ url: 'https://a.test', headers: { A: 'b' } }),
      ['/headers', '/url'],
    ],
    [
      'unknown members',
      http({ oauth: { clientId: 'a', extra: 1 }, tools: [{ name: 't', extra: 1 }] }),
      ['/oauth/extra', '/tools'],
    ],
    ['NUL', stdio({ args: ['a\0b'], env: { A: '\0' } }), ['/args', '/env/A']],
  ])('keeps in the client’s file what no manifest can say: %s', (_, attributes, keep) => {
    const result = imported(attributes);
    expect(result.keep).toEqual(keep);
    expect(new Set(result.codes)).toEqual(new Set(['MANIFEST_IMPORT_KEPT']));
    expect(result.server).toMatchObject({ lifecycle: { keep } });
  });

  it('leaves keys that the client does not know, and says so', () => {
    expect(imported(stdio({ cwd: '/x', _note: 1 }))).toMatchObject({
      keep: [],
      codes: ['MANIFEST_IMPORT_IGNORED', 'MANIFEST_IMPORT_IGNORED'],
      server: { command: 'x', targets: [user] },
    });
  });

  it.each<[string, string, JsonObject]>([
    ['a name outside the rule', 'a.b', stdio({})],
    ['an empty name', '', stdio({})],
    ['a name of the object prototype', 'constructor', stdio({})],
    ['a reserved name', 'workspace', stdio({})],
    ['an unknown type', 'a', { type: 'sdk', name: 'x' }],
    ['no type', 'a', {}],
    ['something that is no entry', 'a', { '': [1] }],
    ['an empty command', 'a', stdio({ command: '' })],
    ['a command with a credential', 'a', stdio({ command: `run ${TOKEN}` })],
    ['a command that no manifest can say', 'a', stdio({ command: '${var.x}' })],
    ['an address that is none', 'a', http({ url: 'not a url' })],
    ['no address', 'a', { type: 'http' }],
    ['an address that is not text', 'a', { type: 'http', url: 1 }],
  ])('refuses %s with a reason and a way out, and never the value', (_, name, attributes) => {
    const { imported: server, findings } = importEntry(name, user, attributes);
    expect(server).toBeNull();
    expect(findings).toMatchObject([
      { code: 'MANIFEST_IMPORT_REFUSED', severity: 'error', hint: expect.any(String) },
    ]);
    expect(JSON.stringify(findings)).not.toContain('ghp_');
  });
});

describe('a plan right after an import', () => {
  const scalar: fc.Arbitrary<Json> = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const text = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'a',
        'debug',
        '/usr/bin',
        '-v',
        '--token',
        'https://x.test',
        'yes',
        '1',
        '',
        ' ',
        'a: b',
        '- a',
        '#',
        'é',
        '\u202e',
        '\n',
        '"',
        "'",
        '\t',
      ),
    },
    { weight: 2, arbitrary: fc.constantFrom('${A}', 'x${A}y', '${A:-b}', '$A', '$', '$$', '{', '}') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '${',
        '$${A}',
        '${A',
        '${a.b}',
        '${A:-${B}}',
        '${env:A}',
        '${var.x}',
        '${}',
        '\0',
        TOKEN,
        'postgres://u:secret1@h/d',
      ),
    },
    {
      weight: 2,
      arbitrary: fc.string({ unit: 'binary', maxLength: 10 }).filter((each) => !/\p{Cs}/u.test(each)),
    },
  );
  const joined = fc.array(text, { maxLength: 3 }).map((parts) => parts.join(''));
  const key = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('A', 'LOG_LEVEL', 'API_KEY', 'X-Header', 'Authorization', 'PATH'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'a/b', 'a~b', '', '<<', 'constructor', 'x-a') },
  );
  const mostly = (arbitrary: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: scalar });
  const texts = mostly(fc.dictionary(key, mostly(joined), { maxKeys: 4 }) as fc.Arbitrary<Json>);
  const common = {
    timeout: mostly(fc.integer({ min: 1, max: 100_000 })),
    alwaysLoad: mostly(fc.boolean()),
    cwd: scalar,
  };
  const url = fc.oneof(
    fc.constantFrom(
      'https://a.test/x',
      'http://127.0.0.1:3001/mcp',
      'wss://a.test',
      '${URL}',
      'https://u:p1234@a.test/',
      `https://a.test/?token=${TOKEN}&v=${'${V}'}`,
    ),
    joined.map((each) => `https://a.test/${each}`),
    joined,
  );
  const entry = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        {
          ...common,
          type: fc.constantFrom('stdio'),
          command: fc.oneof(fc.constantFrom<Json>('npx', '${HOME}/bin/x'), mostly(joined)),
          args: mostly(fc.array(joined, { maxLength: 4 })),
          env: texts,
        },
        { requiredKeys: ['command'] },
      ) as fc.Arbitrary<unknown>,
    },
    {
      weight: 5,
      arbitrary: fc.record(
        {
          ...common,
          type: fc.constantFrom('http', 'sse', 'ws', 'streamable-http'),
          url: mostly(url),
          headers: texts,
          headersHelper: mostly(joined),
          oauth: mostly(
            fc.record(
              {
                clientId: mostly(joined),
                scopes: mostly(joined),
                callbackPort: mostly(fc.nat(70_000)),
                more: scalar,
              },
              { requiredKeys: [] },
            ) as fc.Arbitrary<Json>,
          ),
          tools: mostly(
            fc.array(
              fc.record(
                { name: joined, permission_policy: fc.constantFrom('always_ask', 'never') },
                { requiredKeys: ['name'] },
              ),
              { maxLength: 2 },
            ) as fc.Arbitrary<Json>,
          ),
          env: texts,
        },
        { requiredKeys: ['type', 'url'] },
      ) as fc.Arbitrary<unknown>,
    },
    { weight: 1, arbitrary: fc.dictionary(key, scalar) as fc.Arbitrary<unknown> },
  ) as fc.Arbitrary<JsonObject>;

  it('is empty: what was declared renders to what is there, except at what is kept or unknown', () => {
    let declared = 0;
    fc.assert(
      fc.property(entry, (raw) => {
        const attributes = claudeCode.normalize(raw);
        const { imported: server, keep, findings } = importEntry('a', user, attributes);
        for (const { hint, message } of findings)
          expect(`${message}${hint}`).not.toMatch(/ghp_|secret1|p1234/);
        if (server === null) return;
        declared += 1;
        const again = declaredAgain([server]);
        expect(again.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(again.findings.filter(({ code }) => code === 'MANIFEST_LITERAL_SECRET')).toEqual([]);
        const known = Object.fromEntries(
          Object.entries(attributes).filter(([field]) => field !== 'cwd' && KNOWN.has(field)),
        );
        expect(without(again.attributes.get('a') ?? {}, keep)).toEqual(without(known, keep));
      }),
      { numRuns: 1_500 },
    );
    expect(declared).toBeGreaterThan(500);
  });

  const KNOWN = new Set([
    'type',
    'command',
    'args',
    'env',
    'url',
    'headers',
    'headersHelper',
    'oauth',
    'timeout',
    'alwaysLoad',
    'tools',
  ]);

  function without(attributes: JsonObject, keep: readonly string[]): readonly (readonly [string, Json])[] {
    const leaves = [...leavesOf(attributes)];
    return leaves.filter(([pointer, value]) => {
      if (keep.some((each) => isWithin(pointer, each))) return false;
      // A map is gone when all its members are kept; an empty one compares as absent.
      return !(
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).length === 0
      );
    });
  }
});

describe('joinImports', () => {
  const at = (scope: 'user' | 'local', command: string): ImportedServer =>
    importEntry('a', { client: 'claude-code', scope }, stdio({ command })).imported as ImportedServer;

  it('makes one server of equal entries in several scopes', () => {
    const { servers, findings } = joinImports([at('user', 'x'), at('local', 'x')]);
    expect(findings).toEqual([]);
    expect(servers).toEqual([
      { name: 'a', server: { command: 'x', targets: [user, { client: 'claude-code', scope: 'local' }] } },
    ]);
  });

  it('refuses the second of two different entries of one name', () => {
    const first = at('user', 'x');
    const { servers, joined, findings } = joinImports([first, at('local', 'y')]);
    expect(joined).toEqual([first]);
    expect(servers.map(({ server }) => server['command'])).toEqual(['x']);
    expect(findings).toMatchObject([
      {
        code: 'MANIFEST_IMPORT_REFUSED',
        message: expect.stringContaining('"a" in local scope differs from "a" in user scope'),
      },
    ]);
  });
});
