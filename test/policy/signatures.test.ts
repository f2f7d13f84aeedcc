import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pin } from '../../src/model/lock.ts';
import { imageName } from '../../src/policy/image-name.ts';
import { isWantedSigner } from '../../src/policy/is-wanted-signer.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import {
  signatureRequirements,
  signatureSubject,
  sigstoreOf,
} from '../../src/policy/signature-requirements.ts';

const FILE = '/etc/mcpform/policy.yaml';
const parse = (text: string, file = FILE) =>
  parsePolicy(new TextEncoder().encode(`apiVersion: mcpform/v1\nkind: Policy\nrules: {}\n${text}`), file);
const signed = (pattern: string) => parse(`signatures: { "${pattern}": { key: /k.pem } }\n`);

const ISSUER = 'https://token.actions.githubusercontent.com';

describe('signatures in a policy', () => {
  it('are read in their order, with the Sigstore of their own file', () => {
    const text = `signatures:
  "ghcr.io/acme/*": { issuer: ${ISSUER}, identity: "https://github.com/acme/*@refs/tags/*", x-why: releases }
  "npm:@acme/*": [{ key: /etc/a.pem }, { issuer: "${ISSUER}", identity: "*" }]
sigstore: { trustedRoot: /etc/mcpform/trusted_root.json, x-note: ours }
`;
    const trustedRoot = '/etc/mcpform/trusted_root.json';
    const identity = 'https://github.com/acme/*@refs/tags/*';
    expect(parse(text)).toEqual({
      findings: [],
      policy: {
        file: FILE,
        rules: {},
        trustedRoot,
        signatures: [
          {
            pattern: 'ghcr.io/acme/*',
            file: FILE,
            trustedRoot,
            oneOf: [{ kind: 'identity', issuer: ISSUER, identity }],
          },
          {
            pattern: 'npm:@acme/*',
            file: FILE,
            trustedRoot,
            oneOf: [
              { kind: 'key', key: '/etc/a.pem' },
              { kind: 'identity', issuer: ISSUER, identity: '*' },
            ],
          },
        ],
      },
    });
  });

  it.each([
    ['neither identity nor key', 'signatures: { "a/*": {} }', '/signatures/a~1*'],
    ['an issuer alone', `signatures: { "a/*": { issuer: ${ISSUER} } }`, '/signatures/a~1*'],
    ['an identity alone', 'signatures: { "a/*": { identity: x } }', '/signatures/a~1*'],
    [
      'a key and an identity',
      `signatures: { "a/*": { key: /k, issuer: ${ISSUER}, identity: x } }`,
      '/signatures/a~1*',
    ],
    ['half of a list', 'signatures: { "a/*": [{ key: /k }, { identity: x }] }', '/signatures/a~1*/1'],
    ['an empty list', 'signatures: { "a/*": [] }', '/signatures/a~1*'],
    ['text for a signature', 'signatures: { "a/*": cosign }', '/signatures/a~1*'],
    ['a relative key', 'signatures: { "a/*": { key: cosign.pub } }', '/signatures/a~1*/key'],
    [
      'an issuer with a star',
      'signatures: { "a/*": { issuer: "https://*", identity: x } }',
      '/signatures/a~1*/issuer',
    ],
    [
      'an empty identity',
      `signatures: { "a/*": { issuer: ${ISSUER}, identity: "" } }`,
      '/signatures/a~1*/identity',
    ],
    ['a key nobody knows', 'signatures: { "a/*": { keys: /k } }', '/signatures/a~1*/keys'],
    ['a Sigstore without a root', 'sigstore: {}', '/sigstore'],
    ['a relative root', 'sigstore: { trustedRoot: root.json }', '/sigstore/trustedRoot'],
  ])('fail closed on %s', (_, text, pointer) => {
    const { policy, findings } = parse(`${text}\n`);
    expect(policy).toBeNull();
    expect(findings.map(({ code, at }) => [code, at?.file, at?.pointer])).toEqual([
      ['POLICY_INVALID', FILE, pointer],
    ]);
  });

  it.each([
    'ghcr.io/acme/*',
    'localhost:5000/x',
    '*.example.com:*/x',
    'redis',
    'mcp/*',
    'npm:x',
    'npm:@acme/*',
    '*',
    'git:5000/x',
  ])('may be about %s', (pattern) => {
    expect(signed(pattern).findings).toEqual([]);
  });

  it.each([
    'ghcr.io/acme/x:1',
    'ghcr.io/acme/x@sha256:*',
    'https://ghcr.io/x',
    'ghcr.io',
    'pypi:x',
    'git:https://a/b',
    'npm:x@1',
    'npm:',
    'a b',
    '',
  ])('say that %j can never match', (pattern) => {
    const { policy, findings } = signed(pattern);
    expect(policy).toBeNull();
    expect(findings).toMatchObject([{ code: 'POLICY_INVALID', at: { part: 'key' } }]);
    expect(findings[0]?.message).toContain('can never match');
  });
});

describe('what must be signed', () => {
  const demands = (pattern: string, subject: string): boolean => {
    const { policy } = signed(pattern);
    return signatureRequirements([policy as NonNullable<typeof policy>], subject).length > 0;
  };

  it.each([
    ['ghcr.io/acme/*', 'ghcr.io/acme/x', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/deep/x', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme-evil/x', false],
    ['ghcr.io/acme/*', 'evil.example/ghcr.io/acme/x', false],
    ['GHCR.io/Acme/*', 'ghcr.io/acme/x', true],
    ['registry.example.com/*', 'registry.example.com:5000/x', true],
    ['registry.example.com:5000/*', 'registry.example.com/x', false],
    ['mcp/*', 'docker.io/mcp/x', true],
    ['redis', 'docker.io/library/redis', true],
    ['docker.io/redis', 'docker.io/library/redis', true],
    ['index.docker.io/redis', 'docker.io/library/redis', true],
    ['docker.io/*', 'docker.io/mcp/x', true],
    ['*/x', 'ghcr.io/x', true],
    ['npm:@acme/*', 'npm:@acme/x', true],
    ['npm:@acme/*', 'npm:@acme-evil/x', false],
    ['npm:@ACME/x', 'npm:@acme/x', true],
    ['npm:*', 'ghcr.io/npm/x', false],
    ['npm*', 'npm:x', false],
    ['*/x', 'npm:@acme/x', false],
    ['*', 'npm:x', true],
    ['*', 'ghcr.io/acme/x', true],
  ])('%s demands of %s: %s', (pattern, subject, isDemanded) => {
    expect(demands(pattern, subject)).toBe(isDemanded);
  });

  it('is every entry of every policy that matches', () => {
    const root = parse(
      'signatures: { "ghcr.io/*": { key: /a }, "ghcr.io/acme/x": { key: /b }, "quay.io/*": { key: /c } }\n',
    );
    const own = parse(
      'signatures: { "*/acme/*": { key: /d } }\nsigstore: { trustedRoot: /r }\n',
      '/home/me/policy.yaml',
    );
    const policies = [root, own].map(({ policy }) => policy as NonNullable<typeof policy>);
    const found = signatureRequirements(policies, 'ghcr.io/acme/x');
    expect(found.map(({ pattern, file }) => `${pattern} ${file}`)).toEqual([
      `ghcr.io/* ${FILE}`,
      `ghcr.io/acme/x ${FILE}`,
      '*/acme/* /home/me/policy.yaml',
    ]);
    expect(sigstoreOf(policies)).toEqual({ trustedRoot: '/r', file: '/home/me/policy.yaml' });
    expect(sigstoreOf([])).toEqual({ trustedRoot: null, file: '' });
  });

  it.each<[Pin, string | null]>([
    [{ kind: 'image', image: 'redis:7@sha256:0' }, 'docker.io/library/redis'],
    [{ kind: 'image', image: 'docker.io/redis@sha256:0' }, 'docker.io/library/redis'],
    [{ kind: 'image', image: 'LOCALHOST:5000/a/b@sha256:0' }, 'localhost:5000/a/b'],
    [{ kind: 'package', package: 'npm:x@1.2.3' }, 'npm:x'],
    [{ kind: 'package', package: 'npm:@acme/x@1.2.3' }, 'npm:@acme/x'],
    [{ kind: 'package', package: 'npm:@acme/x' }, 'npm:@acme/x'],
    [{ kind: 'package', package: 'pypi:x@1' }, null],
    [{ kind: 'package', package: 'git:https://a/b@0' }, null],
  ])('is named by the place it really comes from: %j', (pin, subject) => {
    expect(signatureSubject(pin)).toBe(subject);
  });

  it('names an image as its pattern is read', () => {
    for (const name of [
      'redis',
      'docker.io/redis',
      'index.docker.io/redis',
      'mcp/x',
      'a.io/x',
      'localhost:1/x',
    ]) {
      expect(imageName(name)).toBe(signatureSubject({ kind: 'image', image: `${name}@sha256:0` }));
    }
  });
});

describe('a wanted identity', () => {
  const tags = 'https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*';
  it.each([
    [tags, 'https://github.com/acme/x/.github/workflows/release.yml@refs/tags/v1', true],
    [tags, 'https://github.com/acme/x/.github/workflows/release.yml@refs/tags/@acme/x@1.2.3', true],
    [tags, 'https://github.com/acme/x/.github/workflows/release.yml@refs/heads/main', false],
    [tags, 'https://github.com/evil/x/.github/workflows/release.yml@refs/tags/v1', false],
    [tags, ' https://github.com/acme/x/.github/workflows/release.yml@refs/tags/v1', false],
    [
      tags,
      'https://evil.example/?https://github.com/acme/x/.github/workflows/release.yml@refs/tags/v1',
      false,
    ],
    [tags, 'https://github.com/acme/x/.github/workflows/releaseXyml@refs/tags/v1', false],
    [tags, 'https://github.com/ACME/x/.github/workflows/release.yml@refs/tags/v1', false],
    [
      'https://github.com/acme/*@refs/tags/*',
      'https://github.com/acme/x/w.yml@refs/heads/y@refs/tags/v1',
      false,
    ],
    ['https://github.com/acme/x/w.yml@refs/tags/v1', 'https://github.com/acme/x/w.yml@refs/tags/v10', false],
    ['*@acme.com', 'ann@acme.com', true],
    ['*@acme.com', 'ann@evil.example@acme.com', false],
    ['*@acme.com', 'ann@acme.com.evil.example', false],
    ['https://gitlab.example/acme/*', 'https://gitlab.example/acme/x//ci.yml@refs/heads/main', true],
    ['.*', 'https://github.com/acme/x', false],
    ['*', 'whoever', true],
  ])('%s takes %s: %s', (identity, found, isWanted) => {
    expect(isWantedSigner({ issuer: ISSUER, identity }, { issuer: ISSUER, identity: found })).toBe(isWanted);
  });

  it.each([
    'http://token.actions.githubusercontent.com',
    `${ISSUER}/`,
    `${ISSUER}.evil.example`,
    ISSUER.toUpperCase(),
    '',
  ])('is of its issuer alone, not of %s', (issuer) => {
    expect(isWantedSigner({ issuer: ISSUER, identity: '*' }, { issuer, identity: 'x' })).toBe(false);
  });

  it('takes what the anchored expression takes, as long as there is no `@`', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '/', '+', '(', '|', '$', '^'), maxLength: 8 });
    const pattern = fc.string({
      unit: fc.constantFrom('a', '.', '/', '+', '(', '|', '*'),
      minLength: 1,
      maxLength: 8,
    });
    const asRegExp = (glob: string): RegExp =>
      new RegExp(
        `^${glob
          .split('*')
          .map((part) => part.replace(/[.+(|$^]/g, '\\$&'))
          .join('.*')}$`,
        's',
      );
    fc.assert(
      fc.property(pattern, text, (identity, found) => {
        const isWanted = isWantedSigner({ issuer: ISSUER, identity }, { issuer: ISSUER, identity: found });
        expect(isWanted).toBe(asRegExp(identity).test(found));
      }),
      { numRuns: 2_000 },
    );
  });
});
