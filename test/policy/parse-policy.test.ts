import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/model/codes.ts';
import { EXIT } from '../../src/model/exit-code.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';

const FILE = '/etc/mcpform/policy.yaml';
const parse = (text: string) => parsePolicy(new TextEncoder().encode(text), FILE);
const head = 'apiVersion: mcpform/v1\nkind: Policy\n';

describe('parsePolicy', () => {
  it('reads rules, and fills in the default decision', () => {
    const text = `${head}description: x\nx-note: y\nrules:
  commands: { allow: ["node **"], default: warn }
  scopes: { allow: [user] }
  secrets: { deny: ["env:AWS_*"] }
  headersHelper: { default: deny }
  x-later: {}
`;
    expect(parse(text)).toEqual({
      findings: [],
      policy: {
        file: FILE,
        rules: {
          commands: { allow: ['node **'], deny: [], otherwise: 'warn' },
          scopes: { allow: ['user'], deny: [], otherwise: 'deny' },
          secrets: { allow: [], deny: ['env:AWS_*'], otherwise: 'allow' },
          headersHelper: { allow: [], deny: [], otherwise: 'deny' },
        },
      },
    });
  });

  it('denies everything with an empty allow list', () => {
    expect(parse(`${head}rules: { commands: { allow: [] } }`).policy?.rules.commands?.otherwise).toBe('deny');
  });

  it.each([
    ['an empty file', '', undefined],
    ['not YAML', '{', undefined],
    ['UTF-16', '\ufffe\u0000a', undefined],
    ['another kind', 'apiVersion: mcpform/v1\nkind: Stack\nrules: {}\n', '/kind'],
    ['no rules', head, ''],
    ['a subject nobody knows', `${head}rules: { comands: {} }`, '/rules/comands'],
    ['a list nobody knows', `${head}rules: { commands: { alow: [x] } }`, '/rules/commands/alow'],
    ['a decision nobody knows', `${head}rules: { commands: { default: block } }`, '/rules/commands/default'],
    ['text for a list', `${head}rules: { commands: { deny: bash } }`, '/rules/commands/deny'],
    ['a number for a pattern', `${head}rules: { commands: { deny: [1] } }`, '/rules/commands/deny/0'],
    ['an empty pattern', `${head}rules: { sources: { deny: [""] } }`, '/rules/sources/deny/0'],
    [
      'a host with a scheme',
      `${head}rules: { urlHosts: { deny: ["https://x.test"] } }`,
      '/rules/urlHosts/deny/0',
    ],
    [
      'a host outside ASCII',
      `${head}rules: { urlHosts: { deny: ["bücher.test"] } }`,
      '/rules/urlHosts/deny/0',
    ],
    [
      'a package without ecosystem',
      `${head}rules: { packages: { deny: ["@evil/*"] } }`,
      '/rules/packages/deny/0',
    ],
    ['a scope that is none', `${head}rules: { scopes: { deny: [global] } }`, '/rules/scopes/deny/0'],
    ['a secret without backend', `${head}rules: { secrets: { deny: [TOKEN] } }`, '/rules/secrets/deny/0'],
    ['half a path', `${head}rules: { mounts: { deny: [etc] } }`, '/rules/mounts/deny/0'],
    ['a path with a final slash', `${head}rules: { mounts: { deny: [/etc/] } }`, '/rules/mounts/deny/0'],
    ['a bare capability', `${head}rules: { privileges: { deny: [SYS_ADMIN] } }`, '/rules/privileges/deny/0'],
    [
      'a capability by its kernel name',
      `${head}rules: { privileges: { deny: ["capability:CAP_SYS_ADMIN"] } }`,
      '/rules/privileges/deny/0',
    ],
    ['two spaces in a command', `${head}rules: { commands: { deny: ["a  b"] } }`, '/rules/commands/deny/0'],
  ])('fails closed on %s', (_, text, pointer) => {
    const { policy, findings } = parse(text);
    expect(policy).toBeNull();
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['POLICY_INVALID', 'error']]);
    expect(findings[0]?.at?.pointer).toBe(pointer);
    expect(findings[0]?.at?.file).toBe(FILE);
  });

  it('names the nearest known key', () => {
    expect(parse(`${head}rules: { comands: {} }`).findings[0]?.hint).toContain('did you mean "commands"?');
  });

  it('ends with exit code 6 when it is broken, and when it denies', () => {
    expect([CODES.POLICY_INVALID.exit, CODES.POLICY_DENIED.exit]).toEqual([EXIT.denied, EXIT.denied]);
  });

  it('understands every word for privileges that docs/policy.md lists', () => {
    const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
    const table = /word under `privileges` \|\n([\s\S]*?)\n\n/.exec(page)?.[1] ?? '';
    const words = table
      .split('\n')
      .flatMap((row) =>
        [...(row.split('|')[2] ?? '').matchAll(/`((?!CAP_)[^`]+)`/g)].map(([, word]) => word),
      );
    expect(words.length).toBeGreaterThan(10);
    expect(parse(`${head}rules: { privileges: { deny: ${JSON.stringify(words)} } }`).findings).toEqual([]);
  });

  it('understands the policy that docs/policy.md shows', () => {
    const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/```yaml\n(apiVersion[\s\S]*?)```/g)].map(
      ([, block]) => block as string,
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(parse(block).findings).toEqual([]);
  });
});
