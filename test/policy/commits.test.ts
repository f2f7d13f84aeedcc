import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse-policy.ts';

const parse = (text: string) =>
  parsePolicy(
    new TextEncoder().encode(`apiVersion: mcpform/v1\nkind: Policy\n${text}`),
    '/etc/mcpform/policy.yaml',
  );
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJAr2cZsHExq7nBhLxKTn5bDXWTuVHCcvrfe6ySXCTsF';
const fingerprint = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c';

describe('who may sign commits', () => {
  it('are keys of SSH and of OpenPGP', () => {
    const { policy, findings } = parse(
      `commits:\n  - { ssh: ${key}, principal: ann@example.com }\n  - ssh: ${key}\n  - { gpg: ${fingerprint}, keyFile: /k.asc }\n`,
    );
    expect(findings).toEqual([]);
    expect(policy?.commits).toEqual([
      { kind: 'ssh', key, principal: 'ann@example.com' },
      { kind: 'ssh', key, principal: null },
      { kind: 'gpg', fingerprint: fingerprint.toUpperCase(), keyFile: '/k.asc' },
    ]);
  });

  it('is nobody with an empty list, and is not said without one', () => {
    expect(parse('commits: []').policy?.commits).toEqual([]);
    expect(parse('rules: {}').policy?.commits).toBeUndefined();
  });

  it.each([
    ['nobody', '{}', '/commits/0'],
    ['a fingerprint without its key', `{ gpg: ${fingerprint} }`, '/commits/0'],
    ['two keys in one', `{ ssh: ${key}, gpg: ${fingerprint}, keyFile: /k }`, '/commits/0'],
    ['a principal for a key of OpenPGP', `{ gpg: ${fingerprint}, keyFile: /k, principal: a }`, '/commits/0'],
    ['a short fingerprint', '{ gpg: DEADBEEF, keyFile: /k }', '/commits/0/gpg'],
    ['a file beside the policy', `{ gpg: ${fingerprint}, keyFile: k.asc }`, '/commits/0/keyFile'],
    ['a key with a comment', `{ ssh: ${key} ann }`, '/commits/0/ssh'],
    ['options before a key', `{ ssh: 'cert-authority ${key}' }`, '/commits/0/ssh'],
    ['two lines', `{ ssh: "${key}\\n* ${key}" }`, '/commits/0/ssh'],
    ['a principal that is a pattern', `{ ssh: ${key}, principal: '*' }`, '/commits/0/principal'],
    ['a principal with an option', `{ ssh: ${key}, principal: 'a cert-authority' }`, '/commits/0/principal'],
  ])('refuses %s', (_, signer, pointer) => {
    const { policy, findings } = parse(`commits: [${signer}]`);
    expect(policy).toBeNull();
    expect(findings.map(({ code, at }) => [code, at?.pointer])).toEqual([['POLICY_INVALID', pointer]]);
  });
});
