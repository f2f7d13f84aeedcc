import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCovered, mayMatch } from '../../src/policy/glob.ts';

const plain = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', 'é', '😀'), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '😀'), maxLength: 8 });
const asRegExp = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[.]/g, '\\.'))
      .join('.*')}$`,
    'su',
  );

describe('globs', () => {
  it('mean what the anchored regular expression means, for text without variables', () => {
    fc.assert(
      fc.property(pattern, plain, (glob, text) => {
        expect(isCovered(glob, text)).toBe(asRegExp(glob).test(text));
        expect(mayMatch(glob, text)).toBe(asRegExp(glob).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('that allow a text with a variable allow it with every value of a few, and deny what any value makes match', () => {
    fc.assert(
      fc.property(pattern, plain, plain, plain, (glob, before, after, value) => {
        const text = `${before}\${X}${after}`;
        const real = before + value + after;
        if (isCovered(glob, text)) expect(isCovered(glob, real)).toBe(true);
        if (isCovered(glob, real)) expect(mayMatch(glob, text)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('take time of pattern times text, whatever the stars', () => {
    const started = process.cpuUsage();
    expect(isCovered(`${'a*'.repeat(50)}c`, `${'a'.repeat(5_000)}b`)).toBe(false);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000);
  });
});
