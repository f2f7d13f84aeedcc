import { describe, expect, it } from 'vitest';
import { findingsOf, HEAD, indent, manifestOf, parseStack } from './stack.ts';

const rules = (servers: string, more = ''): readonly string[] =>
  findingsOf(`${HEAD}${more}servers:\n${indent(servers)}`).map((line) => line.replace(/^\S+ /, ''));

describe('what runs', () => {
  it.each([
    ['{}', 'has none of command, package, image and url; exactly one says what runs'],
    [
      '{ args: [x], timeout: 1s, headers: { A: b } }',
      'has none of command, package, image and url; exactly one says what runs',
    ],
    ['{ command: x, url: "https://x.example" }', 'has command and url; exactly one says what runs'],
    [
      '{ command: x, package: "npm:a", image: b, url: nonsense, port: 1 }',
      'has command, package, image and url; exactly one says what runs',
    ],
  ])('is one finding, not a cascade: %s', (server, message) => {
    expect(rules(`a: ${server}\n`)).toEqual([`MANIFEST_RUNTIME servers.a: ${message}`]);
  });

  it('is not missed when a key that was meant is only misspelt', () => {
    expect(rules('a: { comand: x }\n')).toEqual([
      'MANIFEST_UNKNOWN_KEY servers.a.comand: unknown key "comand"',
    ]);
  });
});

describe('the transport', () => {
  it.each([
    [
      '{ url: "https://x.example", transport: stdio }',
      'MANIFEST_TRANSPORT servers.a.transport: a url cannot speak stdio',
    ],
    [
      '{ command: x, transport: http }',
      'MANIFEST_TRANSPORT servers.a.transport: a command speaks stdio: nobody would start it as a http server',
    ],
    [
      '{ package: "npm:x", transport: sse }',
      'MANIFEST_TRANSPORT servers.a.transport: a package speaks stdio: nobody would start it as a sse server',
    ],
    [
      '{ image: x, transport: http }',
      'MANIFEST_MISSING_KEY servers.a: "port" is missing: an image over http needs the port it listens on',
    ],
    [
      '{ command: x, transport: htp, port: 3001 }',
      'MANIFEST_WRONG_VALUE servers.a.transport: expected one of stdio, http, sse, ws, found "htp"',
    ],
  ])('must fit what runs: %s', (server, finding) => {
    expect(rules(`a: ${server}\n`)).toEqual([finding]);
  });
});

describe('an image that no registry has', () => {
  it('is marked, and one that is pulled where it is missing is like any other', () => {
    const runtimeOf = (server: string) =>
      manifestOf(`${HEAD}servers: { a: ${server} }\n`).servers[0]?.runtime;
    expect(runtimeOf('{ image: "localhost/x:1", pull: never }')).toEqual({
      kind: 'image',
      image: 'localhost/x:1',
      isLocal: true,
    });
    expect(runtimeOf('{ image: "localhost/x:1", pull: missing }')).toEqual(
      runtimeOf('{ image: "localhost/x:1" }'),
    );
  });

  it.each([
    [
      `{ image: "x@sha256:${'a'.repeat(64)}", pull: never }`,
      'MANIFEST_IMAGE servers.a.image: has a digest, which only a registry gives an image',
    ],
    [
      '{ image: x, pull: always }',
      'MANIFEST_WRONG_VALUE servers.a.pull: expected one of missing, never, found "always"',
    ],
    ['{ command: x, pull: never }', 'MANIFEST_FIELD servers.a.pull: "pull" is only for servers with `image`'],
  ])('says nothing else: %s', (server, finding) => {
    expect(rules(`a: ${server}\n`)).toEqual([finding]);
  });
});

describe('a field', () => {
  it.each([
    ['{ command: x, port: 3001 }', 'port', 'is only for an `image` with transport http, sse or ws'],
    ['{ image: x, port: 3001 }', 'port', 'is only for an `image` with transport http, sse or ws'],
    ['{ url: "https://x.example", resources: { pids: 1 } }', 'resources', 'is only for servers with `image`'],
    ['{ package: "npm:x", restart: always }', 'restart', 'is only for servers with `image`'],
    ['{ command: x, engine: lab }', 'engine', 'is only for servers with `image`'],
    ['{ url: "https://x.example", engine: lab }', 'engine', 'is only for servers with `image`'],
    [
      '{ url: "https://x.example", args: [x] }',
      'args',
      'means nothing for a `url`: nobody starts that server',
    ],
    [
      '{ url: "https://x.example", env: { A: b } }',
      'env',
      'means nothing for a `url`: nobody starts that server',
    ],
    ['{ command: x, bin: y }', 'bin', 'is only for servers with `package`'],
    ['{ command: x, launch: direct }', 'launch', 'is only for packages and for images over stdio'],
    ['{ command: x, headers: { A: b } }', 'headers', 'is only for servers reached by URL, not over stdio'],
    [
      '{ command: x, headersHelper: y }',
      'headersHelper',
      'is only for servers reached by URL, not over stdio',
    ],
    ['{ url: "wss://x.example", transport: ws, oauth: {} }', 'oauth', 'is only for transport http and sse'],
    ['{ command: x, tools: [] }', 'tools', 'is only for transport http and sse'],
  ])('must fit its server: %s', (server, field, words) => {
    expect(rules(`a: ${server}\n`)).toEqual([`MANIFEST_FIELD servers.a.${field}: "${field}" ${words}`]);
  });

  it('that is unknown is named with the nearest known one', () => {
    const { findings } = parseStack(`${HEAD}servers:
  a: { command: x, lifecycel: { protect: true } }
  b: { command: x, lifecycle: { ignorechanges: [/a] } }
  c: { command: x, zzz: 1 }
severs: {}
`);
    expect(findings.map(({ at, message, hint }) => [at?.line, at?.column, message, hint])).toEqual([
      [5, 20, 'servers.a.lifecycel: unknown key "lifecycel"', 'did you mean "lifecycle"?'],
      [
        6,
        33,
        'servers.b.lifecycle.ignorechanges: unknown key "ignorechanges"',
        'did you mean "ignoreChanges"?',
      ],
      [7, 20, 'servers.c.zzz: unknown key "zzz"', undefined],
      [8, 1, 'severs: unknown key "severs"', 'did you mean "servers"?'],
    ]);
  });
});

describe('names', () => {
  it.each([
    [
      'a b',
      'MANIFEST_NAME servers["a b"]: "a b" is not a valid name here: expected letters, digits, "-" and "_", at most 63, starting with a letter or digit',
    ],
    [
      '../x',
      'MANIFEST_NAME servers["../x"]: "../x" is not a valid name here: expected letters, digits, "-" and "_", at most 63, starting with a letter or digit',
    ],
    [
      '-x',
      'MANIFEST_NAME servers["-x"]: "-x" is not a valid name here: expected letters, digits, "-" and "_", at most 63, starting with a letter or digit',
    ],
    [
      '',
      'MANIFEST_NAME servers[""]: "" is not a valid name here: expected letters, digits, "-" and "_", at most 63, starting with a letter or digit',
    ],
    [
      'a.b',
      'MANIFEST_NAME servers["a.b"]: "a.b" is not a valid name here: expected letters, digits, "-" and "_", at most 63, starting with a letter or digit',
    ],
    ['workspace', 'MANIFEST_NAME servers.workspace: "workspace" is reserved by claude-code'],
    [
      'claude-in-chrome',
      'MANIFEST_NAME servers.claude-in-chrome: "claude-in-chrome" is reserved by claude-code',
    ],
    ['computer-use', 'MANIFEST_NAME servers.computer-use: "computer-use" is reserved by claude-code'],
    ['constructor', 'YAML_KEY key "constructor" is not allowed'],
    ['toString', 'YAML_KEY key "toString" is not allowed'],
    ['__proto__', 'YAML_KEY key "__proto__" is not allowed'],
  ])('of servers may not be %j', (name, finding) => {
    expect(rules(`"${name}": { command: x }\n`)).toEqual([finding]);
  });

  it.each(['a', 'A', '0', 'gitHub', 'a_b-c', 'x'.repeat(63), 'mcp__x'])('of servers may be %s', (name) => {
    expect(rules(`"${name}": { command: x }\n`)).toEqual([]);
  });

  it('of servers are limited to 63 characters', () => {
    expect(rules(`${'x'.repeat(64)}: { command: x }\n`)).toHaveLength(1);
  });

  it.each([
    'name: Team',
    'name: "a b"',
    'secrets: { A: { env: X } }',
    'networks: { A: {} }',
    'volumes: { "": {} }',
  ])('elsewhere are in lower case: %s', (line) => {
    const text = line.startsWith('name')
      ? `${HEAD.replace('name: team', line)}servers: {}\n`
      : `${HEAD}${line}\nservers: {}\n`;
    const { findings } = parseStack(text);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('lower-case letters, digits, "-" and "_"');
  });

  it('that differ only in case are a warning', () => {
    const { manifest, findings } = parseStack(
      `${HEAD}servers:\n  docs: { command: x }\n  Docs: { command: y }\n`,
    );
    expect(manifest?.servers).toHaveLength(2);
    expect(findings).toMatchObject([{ code: 'MANIFEST_NAME_CASE', severity: 'warning', at: { line: 6 } }]);
  });
});

describe('dependsOn', () => {
  it('keeps what is declared', () => {
    expect(rules('a: { command: x, dependsOn: [b] }\nb: { command: y }\n')).toEqual([]);
  });

  it('names the nearest server for one that is unknown', () => {
    const { findings } = parseStack(
      `${HEAD}servers:\n  github: { command: x }\n  a: { command: x, dependsOn: [githb] }\n`,
    );
    expect(findings).toMatchObject([
      { code: 'MANIFEST_DEPENDENCY_UNKNOWN', hint: 'did you mean "github"?', at: { line: 6, column: 32 } },
    ]);
  });

  it.each([
    ['a: { command: x, dependsOn: [a] }', ['a → a']],
    ['a: { command: x, dependsOn: [b] }\nb: { command: x, dependsOn: [a] }', ['a → b → a']],
    [
      'in: { command: x, dependsOn: [a] }\na: { command: x, dependsOn: [b] }\nb: { command: x, dependsOn: [c] }\nc: { command: x, dependsOn: [out, a] }\nout: { command: x }',
      ['a → b → c → a'],
    ],
    [
      'a: { command: x, dependsOn: [b] }\nb: { command: x, dependsOn: [a] }\nc: { command: x, dependsOn: [d] }\nd: { command: x, dependsOn: [c] }',
      ['a → b → a', 'c → d → c'],
    ],
  ])('prints each circle once: %s', (servers, circles) => {
    expect(rules(`${servers}\n`).map((line) => line.replace(/^.*circle: /, ''))).toEqual(circles);
  });

  it('sees a circle of five thousand servers, and a chain of as many without one', () => {
    const chain = Array.from(
      { length: 5_000 },
      (_, i) => `s${i}: { command: x, dependsOn: [s${i + 1}] }\n`,
    ).join('');
    expect(rules(`${chain}s5000: { command: x }\n`)).toEqual([]);
    expect(rules(`${chain}s5000: { command: x, dependsOn: [s0] }\n`)).toHaveLength(1);
  });

  it('knows a server that is itself wrong', () => {
    expect(rules('a: { command: x, dependsOn: [b] }\nb: 3\n')).toEqual([
      'MANIFEST_WRONG_TYPE servers.b: expected a map, found a number',
    ]);
  });
});

describe('networks and volumes', () => {
  it.each([
    ['networks: [tols]', 'MANIFEST_REFERENCE_UNKNOWN servers.a.networks[0]: network "tols" is not declared'],
    [
      'networks: { tols: {} }',
      'MANIFEST_REFERENCE_UNKNOWN servers.a.networks.tols: network "tols" is not declared',
    ],
    [
      'volumes: ["dta:/data"]',
      'MANIFEST_REFERENCE_UNKNOWN servers.a.volumes[0]: volume "dta" is not declared',
    ],
    [
      'volumes: [{ volume: dta, target: /data }]',
      'MANIFEST_REFERENCE_UNKNOWN servers.a.volumes[0]: volume "dta" is not declared',
    ],
    [
      'volumes: [{ target: /data }]',
      'MANIFEST_WRONG_VALUE servers.a.volumes[0]: a mount needs exactly one of volume and bind',
    ],
    [
      'volumes: [{ volume: data, bind: /x, target: /data }]',
      'MANIFEST_WRONG_VALUE servers.a.volumes[0]: a mount needs exactly one of volume and bind',
    ],
    [
      'volumes: [data]',
      'MANIFEST_WRONG_VALUE servers.a.volumes[0]: expected a mount such as "data:/data" or "./config:/config", found "data"',
    ],
  ])('must be declared: %s', (field, finding) => {
    const more = 'networks: { tools: {} }\nvolumes: { data: {} }\n';
    expect(rules(`a: { image: x, ${field} }\n`, more)).toEqual([finding]);
  });

  it.each([
    ['networks: { n: { name: lan } }', 'networks.n.name: "name" is only for what is external'],
    ['volumes: { v: { name: data } }', 'volumes.v.name: "name" is only for what is external'],
    [
      'networks: { n: { external: true, driver: macvlan } }',
      'networks.n.driver: "driver" means nothing for what is external',
    ],
    [
      'volumes: { v: { external: true, protect: true } }',
      'volumes.v.protect: "protect" means nothing for what is external',
    ],
  ])('are named by us, or described by whoever made them: %s', (more, finding) => {
    expect(rules('a: { command: x }\n', `${more}\n`)).toEqual([`MANIFEST_FIELD ${finding}`]);
  });

  it('may be there already under another name', () => {
    const more = 'networks: { n: { external: true, name: lan }, m: { external: false }, o: }\n';
    expect(rules('a: { command: x }\n', more)).toEqual([]);
  });
});

describe('the engine', () => {
  it.each(['lab', 'desktop-linux', 'a.b+c_D-1', '0x'])('may be the Docker context "%s"', (name) => {
    const { servers } = manifestOf(`${HEAD}servers: { a: { image: x, engine: "${name}" } }\n`);
    expect(servers[0]?.engine).toEqual({ engine: name });
  });

  it.each(['-H', 'x', 'a b', 'a/b', '../x', ''])('is no Docker context: "%s"', (name) => {
    expect(rules(`a: { image: x, engine: "${name}" }\n`)).toEqual([
      `MANIFEST_WRONG_VALUE servers.a.engine: expected the name of a Docker context, found "${name}"`,
    ]);
  });
});

describe('moved', () => {
  const moves = (list: string): readonly string[] =>
    findingsOf(`${HEAD}servers:\n  new: { command: x }\nmoved: [${list}]\n`).map((line) =>
      line.replace(/^\S+ /, ''),
    );

  it('leads each old address to where it is now', () => {
    const { moved } = manifestOf(`${HEAD}servers:
  new: { command: x }
moved:
  - { from: claude-code/user/older, to: claude-code/user/old }
  - { from: claude-code/user/old, to: claude-code/user/new }
  - { from: docker/volume/a, to: docker/volume/b }
  - { from: docker@a.B+c/volume/a, to: docker@lab/volume/a }
`);
    expect(moved).toEqual([
      { from: 'claude-code/user/older', to: 'claude-code/user/new' },
      { from: 'claude-code/user/old', to: 'claude-code/user/new' },
      { from: 'docker/volume/a', to: 'docker/volume/b' },
      { from: 'docker@a.B+c/volume/a', to: 'docker@lab/volume/a' },
    ]);
  });

  it.each([
    ['{ from: old, to: claude-code/user/new }', 'moved[0].from: "old" is not an address'],
    ['{ from: claude-code/user/a, to: claude-code/user/a }', 'moved[0].to: is where it was before'],
    [
      '{ from: claude-code/user/a, to: claude-code/user/nw }',
      'moved[0].to: nothing is declared at "claude-code/user/nw"',
    ],
    [
      '{ from: claude-code/user/new, to: claude-code/local/new }',
      'moved[0].from: "claude-code/user/new" is still declared',
    ],
    [
      '{ from: claude-code/user/a, to: claude-code/user/new }, { from: claude-code/user/b, to: claude-code/user/new }',
      'moved[1].to: two items move to "claude-code/user/new"',
    ],
    [
      '{ from: claude-code/user/a, to: claude-code/user/new }, { from: claude-code/user/a, to: claude-code/user/b }',
      'moved[1].from: "claude-code/user/a" is moved twice',
    ],
  ])('refuses %s', (list, finding) => {
    expect(moves(list)).toEqual([`MANIFEST_MOVED ${finding}`]);
  });

  it('refuses a circle', () => {
    const circle =
      '{ from: claude-code/user/a, to: claude-code/user/b }, { from: claude-code/user/b, to: claude-code/user/a }';
    expect(moves(circle)[0]).toBe('MANIFEST_MOVED moved[0]: the moves go round in a circle');
  });
});

describe('texts', () => {
  it.each([
    [
      '{ command: x, env: { A: "a\\0b" } }',
      'servers.a.env.A: no program can receive a text with a NUL in it',
    ],
    ['{ command: x, args: ["a\\0"] }', 'servers.a.args[0]: no program can receive a text with a NUL in it'],
    [
      '{ url: "https://x.example", headers: { A: "b\\r\\nC: d" } }',
      'servers.a.headers.A: a header cannot hold a line end',
    ],
  ])('must be able to reach the server: %s', (server, finding) => {
    expect(rules(`a: ${server}\n`)).toEqual([`MANIFEST_CHARACTER ${finding}`]);
  });

  it('may not name one header twice in different case', () => {
    expect(rules('a: { url: "https://x.example", headers: { Accept: a, accept: b } }\n')).toEqual([
      'MANIFEST_NAME servers.a.headers.accept: is the same header as "Accept"',
    ]);
  });

  it.each(['A=B', '1A', 'A B', '${X}'])('may not name a variable "%s"', (name) => {
    expect(rules(`a: { command: x, env: { "${name}": y } }\n`)[0]).toContain('MANIFEST_NAME');
  });
});

describe('credentials in clear text', () => {
  const token = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');

  it.each([
    [`{ command: x, env: { GITHUB_TOKEN: "${token}" } }`, 'servers.a.env.GITHUB_TOKEN'],
    ['{ command: x, env: { PASSWORD: hunter2 } }', 'servers.a.env.PASSWORD'],
    ['{ command: x, args: [--token, 9f86d081884c7d659a2f] }', 'servers.a.args[1]'],
    [`{ command: "x --key ${token}" }`, 'servers.a.command'],
    ['{ url: "https://me:hunter2@x.example/" }', 'servers.a.url'],
    [`{ url: "https://x.example/?t=${token}" }`, 'servers.a.url'],
    [
      '{ url: "https://x.example", headers: { X-Api-Key: 9f86d081884c7d659a2f } }',
      'servers.a.headers.X-Api-Key',
    ],
    [`{ url: "https://x.example", headersHelper: "echo ${token}" }`, 'servers.a.headersHelper'],
  ])('are an error that does not print them: %s', (server, place) => {
    const { manifest, findings } = parseStack(`${HEAD}servers:\n  a: ${server}\n`);
    expect(manifest).toBeNull();
    expect(findings).toMatchObject([{ code: 'MANIFEST_LITERAL_SECRET', severity: 'error' }]);
    expect(findings[0]?.message).toContain(place);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|a1B2c3|9f86d0/);
  });

  it('are found behind variables too', () => {
    const text = `${HEAD}variables: { t: {} }\nservers:\n  a: { command: x, env: { T: "\${var.t}" } }\n`;
    expect(findingsOf(text, { variables: { t: token } })).toEqual([
      '6:30 MANIFEST_LITERAL_SECRET servers.a.env.T: looks like a credential in clear text (github-token)',
    ]);
  });

  it('do not show in the excerpt of another finding on their line', () => {
    const { findings } = parseStack(
      `${HEAD}servers:\n  a: { comand: x, env: { GITHUB_TOKEN: "${token}" } }\n`,
    );
    expect(findings.map(({ code }) => code)).toContain('MANIFEST_UNKNOWN_KEY');
    expect(JSON.stringify(findings)).not.toContain(token);
  });
});

describe('all findings', () => {
  it('come at once, in the order of the document, each for what is wrong and nothing that follows from it', () => {
    const text = `${HEAD}secrets:
  token: { evn: TOKEN }
servers:
  a:
    command: x
    args: [1, "\${secret.token}"]
    env: { PORT: 3000, A: "\${secret.tokn}" }
    dependsOn: [c]
  b: { url: x, command: y, headers: 3 }
  "c d": { url: "ftp://x" }
moved: {}
`;
    expect(findingsOf(text)).toEqual([
      '5:12 MANIFEST_UNKNOWN_KEY secrets.token.evn: unknown key "evn"',
      '9:12 MANIFEST_WRONG_TYPE servers.a.args[0]: expected text, found a number',
      '9:15 MANIFEST_SECRET_PLACE servers.a.args[1]: secret "token" cannot be used here',
      '10:18 MANIFEST_WRONG_TYPE servers.a.env.PORT: expected text, found a number',
      '10:27 MANIFEST_SECRET_UNKNOWN servers.a.env.A: secret "tokn" is not declared',
      '11:17 MANIFEST_DEPENDENCY_UNKNOWN servers.a.dependsOn[0]: server "c" is not declared',
      '12:3 MANIFEST_RUNTIME servers.b: has command and url; exactly one says what runs',
      '12:37 MANIFEST_WRONG_TYPE servers.b.headers: expected a map, found a number',
      '13:3 MANIFEST_NAME servers["c d"]: "c d" is not a valid name here: expected letters, digits, "-" and "_", at most 63, starting with a letter or digit',
      '13:17 MANIFEST_URL servers["c d"].url: transport http does not speak "ftp"',
      '14:8 MANIFEST_WRONG_TYPE moved: expected a list, found a map',
    ]);
  });

  it('say what to do next, unless the message names the one thing', () => {
    const { findings } = parseStack(
      `${HEAD}servers:\n  a: { command: x, enabled: "true", timeout: 30, tags: x }\n`,
    );
    expect(findings.map(({ hint }) => hint)).toEqual([
      'remove the quotes',
      'put it in quotes to make it text',
      'write a list: [a, b]',
    ]);
  });
});

describe('the head of the file', () => {
  it.each([
    ['kind: Stack\nname: x\nservers: {}\n', ['1:1 MANIFEST_API_VERSION "apiVersion" is missing']],
    [
      'apiVersion: mcpform/v2\nkind: Stack\nnew: true\n',
      ['1:13 MANIFEST_API_VERSION apiVersion: version "mcpform/v2" is not known'],
    ],
    ['apiVersion: mcpform/v1\nname: x\nservers: {}\n', ['1:1 MANIFEST_KIND "kind" is missing']],
    ['apiVersion: mcpform/v1\nkind: Lock\n', ['2:7 MANIFEST_KIND kind: "Lock" is not a stack']],
    [
      'apiVersion: v1\nkind: Pod\nspec: {}\n',
      [
        '1:13 MANIFEST_API_VERSION apiVersion: version "v1" is not known',
        '2:7 MANIFEST_KIND kind: "Pod" is not a stack',
      ],
    ],
    [
      'apiVersion: mcpform/v1\nkind: Stack\n',
      ['1:1 MANIFEST_MISSING_KEY "name" is missing', '1:1 MANIFEST_MISSING_KEY "servers" is missing'],
    ],
    [`${HEAD}servers:\n`, ['4:1 MANIFEST_WRONG_TYPE servers: expected a map, found nothing']],
    [`${HEAD}servers: []\n`, ['4:10 MANIFEST_WRONG_TYPE servers: expected a map, found a list']],
    ['- a\n', ['1:1 MANIFEST_WRONG_TYPE the file is not a map of keys and values']],
    ['just text\n', ['1:1 MANIFEST_WRONG_TYPE the file is not a map of keys and values']],
  ])('settles what the rest means: %j', (text, findings) => {
    expect(findingsOf(text)).toEqual(findings);
  });

  it('may declare an empty stack, in so many words', () => {
    expect(manifestOf(`${HEAD}servers: {}\n`).servers).toEqual([]);
  });
});
