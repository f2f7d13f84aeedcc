import { describe, expect, it } from 'vitest';
import { pinWords, shortPinWords } from '../../src/report/pin-words.ts';

const pin = (name: string, digit: string) => ({ name, digest: `sha256:${digit.repeat(64)}` });

describe('what a lock pins, before and after', () => {
  it.each([
    ['npm:@acme/x@1.1.1', 'npm:@acme/x@1.1.2', 'npm:@acme/x 1.1.1 -> 1.1.2'],
    ['ghcr.io/acme/x:1.1', 'ghcr.io/acme/x:1.2', 'ghcr.io/acme/x 1.1 -> 1.2'],
    ['localhost:5000/x', 'localhost:5000/x:2', 'localhost:5000/x -> localhost:5000/x:2'],
    ['npm:x@1.0.0', 'pypi:x@1.0.0', 'npm:x@1.0.0 -> pypi:x@1.0.0'],
    ['redis:7', 'redis:7', 'redis:7'],
  ])('says of %s and %s what differs', (before, after, names) => {
    expect(pinWords(pin(before, '3'), pin(after, '9'))).toBe(
      `${names} (sha256 333333333333… -> 999999999999…)`,
    );
  });

  it('says the digest once where it stays, and names the kind of both where that changes', () => {
    expect(pinWords(pin('x:1', '3'), pin('x:2', '3'), '→')).toBe('x 1 → 2 (sha256 333333333333…)');
    const other = { name: 'x:2', digest: `sha512-${'A'.repeat(86)}==` };
    expect(pinWords(pin('x:1', '3'), other)).toBe('x 1 -> 2 (sha256 333333333333… -> sha512 AAAAAAAAAAAA…)');
  });

  it('says in short only what tells the two apart', () => {
    expect(shortPinWords(pin('x:1', '3'), pin('x:2', '9'))).toBe('x 1 -> 2');
    expect(shortPinWords(pin('x:1', '3'), pin('x:1', '9'))).toBe(
      'x:1 (sha256 333333333333… -> 999999999999…)',
    );
  });
});
