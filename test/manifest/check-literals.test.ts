import { describe, expect, it } from 'vitest';
import { findingsOf, HEAD, parseStack } from './stack.ts';

const TOKEN = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
const IMAGE = 'image: r.example/x:1, transport: http, port: 1';
const placesIn = (text: string) =>
  parseStack(text)
    .findings.filter(({ code }) => code === 'MANIFEST_LITERAL_SECRET')
    .map(({ message, severity }) => `${severity} ${message.slice(0, message.indexOf(': '))}`);

describe('a credential in clear text', () => {
  it.each([
    [`a: { command: ${TOKEN} }`, 'servers.a.command'],
    [`a: { command: x, args: [-k, ${TOKEN}] }`, 'servers.a.args[1]'],
    [`a: { command: x, description: "see ${TOKEN}" }`, 'servers.a.description'],
    [`a: { command: x, tags: [${TOKEN}] }`, 'servers.a.tags[0]'],
    [`a: { ${IMAGE}, entrypoint: [run, --token, 9f86d081884c7d659a2f] }`, 'servers.a.entrypoint[2]'],
    [`a: { ${IMAGE}, labels: { x.token: 9f86d081884c7d659a2f } }`, 'servers.a.labels["x.token"]'],
    [
      `a: { ${IMAGE}, health: { command: [curl, -H, "Authorization: Bearer ${TOKEN}"] } }`,
      'servers.a.health.command[2]',
    ],
    [
      `a: { ${IMAGE}, logging: { driver: splunk, options: { splunk-token: 9f86d081-884c-7d65-9a2f } } }`,
      'servers.a.logging.options.splunk-token',
    ],
    [`a: { ${IMAGE}, extraHosts: { ${'x'}: "${TOKEN}" } }`, 'servers.a.extraHosts.x'],
    [`a: { ${IMAGE}, health: { path: "/up?key=${TOKEN}" } }`, 'servers.a.health.path'],
    [`a: { command: x, x-note: { old: [${TOKEN}] } }`, 'servers.a.x-note.old[0]'],
    ['a: { command: x, env: { DB: "postgres://me:hunter22@db/x" } }', 'servers.a.env.DB'],
  ])('is refused wherever it stands: %s', (server, place) => {
    const { manifest, findings } = parseStack(`${HEAD}servers:\n  ${server}\n`);
    expect(placesIn(`${HEAD}servers:\n  ${server}\n`)).toEqual([`error ${place}`]);
    expect(manifest).toBeNull();
    expect(JSON.stringify(findings)).not.toMatch(/a1B2c3|9f86d081|hunter22/);
  });

  it.each([
    [`description: "${TOKEN}"\nservers: {}\n`, 'description'],
    [`x-keys: { old: ${TOKEN} }\nservers: {}\n`, 'x-keys.old'],
    [`variables: { t: { default: ${TOKEN} } }\nservers: {}\n`, 'variables.t.default'],
    ['variables: { password: { default: hunter22 } }\nservers: {}\n', 'variables.password.default'],
    [`secrets: { a: { exec: [get, --key, 9f86d081884c7d659a2f] } }\nservers: {}\n`, 'secrets.a.exec[2]'],
    [`secrets: { a: { file: "/x/${TOKEN}" } }\nservers: {}\n`, 'secrets.a.file'],
    [
      `networks: { n: { driverOptions: { token: 9f86d081884c7d659a2f } } }\nservers: {}\n`,
      'networks.n.driverOptions.token',
    ],
  ])('is refused outside of servers, too: %s', (body, place) => {
    expect(placesIn(`${HEAD}${body}`)).toContain(`error ${place}`);
    expect(JSON.stringify(parseStack(`${HEAD}${body}`).findings)).not.toMatch(/a1B2c3|9f86d081|hunter22/);
  });

  it.each([
    [`a: { command: x, env: { T: "\${secret.${TOKEN}}" } }`, 'secret "***" is not declared'],
    [`a: { command: x, args: ["\${var.${TOKEN}}"] }`, 'variable "***" is not declared'],
    [`a: { command: x, dependsOn: [${TOKEN}] }`, 'server "***" is not declared'],
  ])('is not quoted where a name belongs: %s', (server, words) => {
    const { findings } = parseStack(`${HEAD}servers:\n  ${server}\n`);
    expect(findings.map(({ message }) => message).join('\n')).toContain(words);
    expect(JSON.stringify(findings)).not.toContain('a1B2c3');
  });

  it('is not what says where a secret is', () => {
    const secrets = [
      'a: { vault: { path: kv/team/github, key: access_token_2024 } }',
      'b: { keychain: { service: mcpform/team, account: github-token-0815 } }',
      'c: { aws: { secret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/github-AbCdEf", key: token } }',
      'd: { exec: [op, read, "op://dev/linear/token"] }',
    ];
    expect(placesIn(`${HEAD}secrets:\n  ${secrets.join('\n  ')}\nservers: {}\n`)).toEqual([]);
  });
});

describe('what looks like a credential and is none', () => {
  const text = (more = '') =>
    `${HEAD}${more}servers:\n  a: { command: x, env: { TOKEN: demo-mode-2024-x, KEY: 9f86d081884c7d659a2f } }\n`;

  it('passes with a warning where somebody says so, and only there', () => {
    const { findings } = parseStack(text(), { allowedLiterals: ['servers.a.env.TOKEN'] });
    expect(findings.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'warning servers.a.env.TOKEN: looks like a credential in clear text (secret-key-entropy)',
      'error servers.a.env.KEY: looks like a credential in clear text (secret-key-entropy)',
    ]);
  });

  it('passes without a word where the manifest lists it', () => {
    const listed = 'allowLiterals: [servers.a.env.TOKEN, servers.a.env.KEY]\n';
    expect(parseStack(text(listed))).toMatchObject({ manifest: { name: 'team' }, findings: [] });
  });

  it('is a warning where it is listed and not there', () => {
    const listed = 'allowLiterals: [servers.a.env.TOKEN, servers.a.env.KEY, servers.a.env.OLD]\n';
    expect(findingsOf(text(listed))).toEqual([
      '4:57 MANIFEST_LITERAL_UNMATCHED allowLiterals[2]: nothing at "servers.a.env.OLD" looks like a credential',
    ]);
    const { findings } = parseStack(text('allowLiterals: [servers.a.env.TOKEN, servers.a.env.KEY]\n'), {
      allowedLiterals: ['servers.b'],
    });
    expect(findings).toMatchObject([{ code: 'MANIFEST_LITERAL_UNMATCHED', severity: 'warning' }]);
  });

  it('has its place, and no value, in the hint, as a shell takes it', () => {
    const { findings } = parseStack(
      `${HEAD}servers:\n  a: { command: x, args: [--token, 9f86d081884c7d659a2f] }\n`,
    );
    expect(findings[0]?.hint).toContain("--allow-literal 'servers.a.args[1]'");
  });
});
