import { describe, expect, it } from 'vitest';
import type { Signer } from '../../src/model/lock.ts';
import { compareSigner } from '../../src/verify/compare-signer.ts';
import type { Verification } from '../../src/verify/verification.ts';
import { ISSUER } from './sigstore.ts';

const workflow = 'https://github.com/acme/x/.github/workflows/release.yml';
const by = (identity: string, issuer = ISSUER): Signer => ({ issuer, identity });
const signed = (identity: string, issuer = ISSUER): Verification => ({
  kind: 'signed',
  signer: by(identity, issuer),
});

function compare(locked: Signer | undefined, verified: Verification, isLocked: boolean): string {
  const findings = compareSigner({ server: 'x', locked, verified, isLocked, file: 'mcp.lock.yaml' });
  return findings.map(({ code, severity }) => `${severity} ${code}`).join();
}

describe('who signed, compared with the lock', () => {
  const v1 = `${workflow}@refs/tags/v1`;
  const v2 = `${workflow}@refs/tags/v2`;
  it.each<[string, Signer | undefined, Verification, string, string]>([
    ['nobody in the lock', undefined, signed(v1), '', ''],
    ['not looked at', by(v1), { kind: 'unasked' }, '', ''],
    ['the same', by(v1), signed(v1), '', ''],
    ['the same workflow at another tag', by(v1), signed(v2), 'SIGNER_CHANGED', ''],
    [
      'a branch instead of a tag',
      by(v1),
      signed(`${workflow}@refs/heads/main`),
      'SIGNER_CHANGED',
      'SIGNER_CHANGED',
    ],
    [
      'another branch',
      by(`${workflow}@refs/heads/a`),
      signed(`${workflow}@refs/heads/b`),
      'SIGNER_CHANGED',
      'SIGNER_CHANGED',
    ],
    ['another workflow', by(v1), signed(v1.replace('release', 'evil')), 'SIGNER_CHANGED', 'SIGNER_CHANGED'],
    [
      'a branch that is called like a tag',
      by(v1),
      signed(`${workflow}@refs/heads/x@refs/tags/v1`),
      'SIGNER_CHANGED',
      'SIGNER_CHANGED',
    ],
    [
      'another branch of those',
      by(`${workflow}@refs/heads/x@refs/tags/v1`),
      signed(`${workflow}@refs/heads/x@refs/tags/v2`),
      'SIGNER_CHANGED',
      'SIGNER_CHANGED',
    ],
    ['another issuer', by(v1), signed(v1, 'https://evil.example'), 'SIGNER_CHANGED', 'SIGNER_CHANGED'],
    ['a key instead', by(v1), signed('SHA256:x', 'key'), 'SIGNER_CHANGED', 'SIGNER_CHANGED'],
    ['nobody now', by(v1), { kind: 'unsigned' }, 'UNSIGNED', 'UNSIGNED'],
  ])('%s', (_, locked, verified, whenLocked, whenUpdated) => {
    expect(compare(locked, verified, true)).toBe(whenLocked && `error VERIFY_${whenLocked}`);
    expect(compare(locked, verified, false)).toBe(whenUpdated && `warning VERIFY_${whenUpdated}`);
  });

  it('is said with both, at the place in the lock', () => {
    const verified = signed('SHA256:x', 'key');
    expect(
      compareSigner({ server: 'x', locked: by(v1), verified, isLocked: true, file: 'mcp.lock.yaml' }),
    ).toEqual([
      {
        code: 'VERIFY_SIGNER_CHANGED',
        severity: 'error',
        message: `"x" is signed by the key "SHA256:x"; the lock says "${v1}" of "${ISSUER}"`,
        hint: 'find out why before you take it; `mcpform lock --update x` writes the new signer',
        at: { file: 'mcp.lock.yaml', pointer: '/servers/x/signer' },
      },
    ]);
  });
});
