import { describe, expect, it } from 'vitest';
import { cutText } from '../../src/manifest/interpolation.ts';
import { findingsOf, HEAD, serverOf } from './stack.ts';

const SECRETS = 'secrets: { token: { env: TOKEN }, github-token: { env: GITHUB_TOKEN } }\n';

describe('cutText', () => {
  it.each([
    ['plain', ['text plain']],
    ['', []],
    ['$HOME ~ {x} $', ['text $HOME ~ {x} $']],
    ['${var.a}', ['variable ${var.a}']],
    ['a${secret.b-c}d', ['text a', 'secret ${secret.b-c}', 'text d']],
    ['${A}${B:-x}', ['client ${A}', 'client ${B:-x}']],
    ['${A:-a:-b}', ['client ${A:-a:-b}']],
    ['${A:-}', ['client ${A:-}']],
    ['$${A}', ['escape $${', 'text A}']],
    ['$$${A}', ['text $', 'escape $${', 'text A}']],
    ['a${', ['text a', 'bad ${']],
    ['${A', ['bad ${A']],
    ['${}', ['bad ${}']],
    ['${A:-${B}}', ['bad ${A:-${B}}']],
    ['${A-x} ${', ['bad ${A-x} ${']],
  ])('cuts %j', (text, expected) => {
    const pieces = cutText(text);
    expect(pieces.map(({ kind, source }) => `${kind} ${source}`)).toEqual(expected);
    expect(pieces.map(({ source }) => source).join('')).toBe(text);
  });

  it.each([
    ['${env:HOME}', 'write ${HOME}'],
    ['${env.HOME}', 'write ${HOME}'],
    ['${HOME-x}', 'write ${HOME:-x}'],
    ['${HOME:=x}', 'write ${HOME:-x}'],
    ['${ HOME }', 'write ${HOME}'],
    ['${var.a:-b}', 'give the variable a default under `variables`'],
    ['${secret.}', 'write ${secret.name}'],
    ['${1}', 'known are ${var.name}, ${secret.name}, ${NAME} and ${NAME:-default}'],
  ])('says for %s: %s', (text, hint) => {
    expect(cutText(text)).toMatchObject([{ kind: 'bad', hint }]);
  });
});

describe('variables', () => {
  const declared = 'variables: { a: { default: A }, b: { default: "" }, none: , "${x": }\n'.replace(
    ', "${x": ',
    '',
  );
  const args = (text: string, variables: Record<string, string> = {}) =>
    serverOf(`s: { command: x, args: ["${text}"] }\n`, { variables }, declared).args[0];

  it.each([
    ['${var.a}', 'A'],
    ['x${var.a}y${var.a}${var.b}', 'xAyA'],
    ['${A:-${var.a}}', [{ env: 'A', default: 'A' }]],
  ])('fill %s as %j', (text, expected) => {
    expect(args(text)).toEqual(expected);
  });

  it('prefer what is given to the default', () => {
    expect(args('${var.a}', { a: 'given' })).toBe('given');
    expect(args('${var.none}', { none: 'given' })).toBe('given');
  });

  it('count as references when their value has one: the scan runs after them', () => {
    expect(args('${var.a}', { a: '${HOME}' })).toEqual([{ env: 'HOME' }]);
    expect(args('${var.a}{HOME}', { a: '$' })).toEqual([{ env: 'HOME' }]);
  });

  it('work in any text, and stand for numbers and switches where those belong', () => {
    const server = serverOf(
      `s:
  image: "\${var.image}"
  transport: http
  port: \${var.port}
  enabled: "\${var.on}"
  description: costs $\${x}, \${var.image}
  resources: { cpus: "\${var.cpus}" }
  targets: [{ client: claude-code, scope: "\${var.scope}" }]
`,
      { variables: { scope: 'local' } },
      'variables: { image: { default: alpine }, port: { default: "3001" }, on: { default: "false" }, cpus: { default: "0.5" }, scope: {} }\n',
    );
    expect(server).toMatchObject({
      runtime: { image: 'alpine' },
      description: 'costs ${x}, alpine',
      enabled: false,
      engine: { port: 3001, resources: { cpus: 0.5 } },
      targets: [{ scope: 'local' }],
    });
  });

  it.each([
    ['${var.z}', '6:27 MANIFEST_VARIABLE_UNKNOWN servers.s.args[0]: variable "z" is not declared'],
    [
      '${var.none}',
      '6:27 MANIFEST_VARIABLE_MISSING servers.s.args[0]: variable "none" has no value and no default',
    ],
    ['${var.z}${var.z}', '6:27 MANIFEST_VARIABLE_UNKNOWN servers.s.args[0]: variable "z" is not declared'],
  ])('that have no value are one finding: %s', (text, finding) => {
    const document = `${HEAD}variables: { none: { description: d } }\nservers:\n  s: { command: x, args: ["${text}"] }\n`;
    expect(findingsOf(document).filter((line) => !line.includes('UNUSED'))).toEqual([finding]);
  });

  it('that have no value are not judged a second time where they stand', () => {
    const document = `${HEAD}servers:\n  s: { url: "\${var.z}", timeout: "\${var.y}", enabled: "\${var.x}" }\n`;
    expect(findingsOf(document).map((line) => line.replace(/ servers.*/, ''))).toEqual([
      '5:13 MANIFEST_VARIABLE_UNKNOWN',
      '5:34 MANIFEST_VARIABLE_UNKNOWN',
      '5:55 MANIFEST_VARIABLE_UNKNOWN',
    ]);
  });

  it('are warned of when nobody uses or declares them', () => {
    const document = `${HEAD}variables:\n  docs: { default: x }\nservers: {}\n`;
    expect(findingsOf(document, { variables: { dcs: '1' } })).toEqual([
      '4:1 MANIFEST_VARIABLE_UNDECLARED variables: variable "dcs" was given, but is not declared',
      '5:3 MANIFEST_VARIABLE_UNUSED variables.docs: the variable is never used',
    ]);
  });

  it('cannot use one another', () => {
    const document = `${HEAD}variables:\n  a: { default: "\${var.b}" }\n  b: { default: x }\nservers:\n  s: { command: "\${var.a}\${var.b}" }\n`;
    expect(findingsOf(document)).toEqual([
      '5:17 MANIFEST_INTERPOLATION variables.a.default: a default cannot use another variable',
      '8:17 MANIFEST_INTERPOLATION servers.s.command: a variable\'s value brought in "${var.b}"',
    ]);
  });

  it('are silent about uses when the declarations are no map', () => {
    const document = `${HEAD}variables: [a]\nservers:\n  s: { command: "\${var.a}" }\n`;
    expect(findingsOf(document)).toEqual([
      '4:12 MANIFEST_WRONG_TYPE variables: expected a map, found a list',
    ]);
  });
});

describe('references', () => {
  it('stay references in every field that a client or a secret backend fills', () => {
    const server = serverOf(
      `s:
  command: "\${HOME}/bin/x"
  args: ["--root=\${ROOT:-/srv}"]
  env: { A: "\${secret.token}", B: "x\${NAME}y", C: "\${secret.token}:\${secret.github-token}" }
`,
      {},
      SECRETS,
    );
    expect(server.runtime).toEqual({ kind: 'command', command: [{ env: 'HOME' }, '/bin/x'] });
    expect(server.args).toEqual([['--root=', { env: 'ROOT', default: '/srv' }]]);
    expect(server.env).toEqual({
      A: [{ secret: 'token' }],
      B: ['x', { env: 'NAME' }, 'y'],
      C: [{ secret: 'token' }, ':', { secret: 'github-token' }],
    });
  });

  it('work in url and headers, and in what a client passes to an image over stdio', () => {
    const remote = serverOf(
      's: { url: "https://${HOST}/?k=${secret.token}", headers: { A: "Bearer ${secret.token}" } }\n',
      {},
      SECRETS,
    );
    expect(remote.runtime).toEqual({
      kind: 'url',
      url: ['https://', { env: 'HOST' }, '/?k=', { secret: 'token' }],
    });
    expect(remote.headers).toEqual({ A: ['Bearer ', { secret: 'token' }] });
    expect(serverOf('s: { image: x, env: { A: "${A}" } }\n').env).toEqual({ A: [{ env: 'A' }] });
  });

  it.each([
    // Secrets: only where they are not on a command line.
    [
      '{ command: "${secret.token}" }',
      'MANIFEST_SECRET_PLACE servers.s.command: secret "token" cannot be used here',
    ],
    [
      '{ command: x, args: ["${secret.token}"] }',
      'MANIFEST_SECRET_PLACE servers.s.args[0]: secret "token" cannot be used here',
    ],
    [
      '{ command: x, description: "${secret.token}" }',
      'MANIFEST_SECRET_PLACE servers.s.description: secret "token" cannot be used here',
    ],
    [
      '{ command: x, env: { A: "${secret.tokn}" } }',
      'MANIFEST_SECRET_UNKNOWN servers.s.env.A: secret "tokn" is not declared',
    ],
    [
      '{ url: "https://x.example", headersHelper: "${secret.token}" }',
      'MANIFEST_SECRET_PLACE servers.s.headersHelper: secret "token" cannot be used here',
    ],
    // The client's own: only where a client reads.
    [
      '{ image: x, transport: http, port: 1, env: { A: "${HOME}" } }',
      'MANIFEST_CLIENT_VARIABLE servers.s.env.A: nobody would expand "${HOME}" here',
    ],
    [
      '{ image: x, transport: http, port: 1, args: ["${A:-b}"] }',
      'MANIFEST_CLIENT_VARIABLE servers.s.args[0]: nobody would expand "${A:-b}" here',
    ],
    [
      '{ image: "${IMAGE}" }',
      'MANIFEST_CLIENT_VARIABLE servers.s.image: nobody would expand "${IMAGE}" here',
    ],
    [
      '{ package: "npm:${P}" }',
      'MANIFEST_CLIENT_VARIABLE servers.s.package: nobody would expand "${P}" here',
    ],
    [
      '{ image: x, labels: { a: "${B}" } }',
      'MANIFEST_CLIENT_VARIABLE servers.s.labels.a: nobody would expand "${B}" here',
    ],
    [
      '{ command: x, tags: ["${T}"] }',
      'MANIFEST_CLIENT_VARIABLE servers.s.tags[0]: nobody would expand "${T}" here',
    ],
    // What has no meaning.
    [
      '{ command: x, args: ["${A:-${B}}"] }',
      'MANIFEST_INTERPOLATION servers.s.args[0]: a "${…}" inside another is not expanded by anybody',
    ],
    ['{ command: x, args: ["${A"] }', 'MANIFEST_INTERPOLATION servers.s.args[0]: "${" is not closed'],
    [
      '{ command: x, args: ["${env:A}"] }',
      'MANIFEST_INTERPOLATION servers.s.args[0]: "${env:A}" has no meaning',
    ],
    [
      '{ command: x, args: ["$${A}"] }',
      'MANIFEST_INTERPOLATION servers.s.args[0]: a literal "${" cannot be written here',
    ],
    [
      '{ url: "https://x.example/$${A}" }',
      'MANIFEST_INTERPOLATION servers.s.url: a literal "${" cannot be written here',
    ],
  ])('are refused in %s', (server, finding) => {
    const found = findingsOf(`${HEAD}${SECRETS}servers:\n  s: ${server}\n`);
    expect(found.map((line) => line.replace(/^\S+ /, ''))).toEqual([finding]);
  });

  it.each([
    ['{ image: x, transport: http, port: 1, env: { A: "$${A}" } }', 'env', { A: '${A}' }],
    ['{ image: x, labels: { a: "$${A}" } }', 'engine', { labels: { a: '${A}' } }],
    ['{ url: "https://x.example", headersHelper: "echo $${A}" }', 'client', { headersHelper: 'echo ${A}' }],
  ] as const)('are escaped by "$${" where no client would expand them: %s', (server, field, expected) => {
    expect(serverOf(`s: ${server}\n`)[field]).toEqual(expected);
  });
});
