import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentMarker } from '../../src/report/github-comment.ts';
import { hostileText } from './hostile.ts';

describe('the marker of a label', () => {
  it.each([
    ['team', '<!-- mcpform:plan:team -->'],
    ['stacks/a/mcp.yaml', '<!-- mcpform:plan:stacks/a/mcp.yaml -->'],
    ['a-->b', '<!-- mcpform:plan:a%2D%2D%3Eb -->'],
    ['über', '<!-- mcpform:plan:%C3%BCber -->'],
  ])('of %s is %s', (label, marker) => {
    expect(commentMarker(label)).toBe(marker);
  });

  it('is one line, one comment, and another for every other label', () => {
    const pairs = fc
      .tuple(hostileText, hostileText)
      .filter(([a, b]) => a !== '' && !Buffer.from(a).equals(Buffer.from(b)));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(commentMarker(a)).toMatch(/^<!-- mcpform:plan:[\w./%~]* -->$/);
        expect(commentMarker(a)).not.toBe(commentMarker(b));
        expect(commentMarker(a.repeat(100))).not.toBe(commentMarker(a.repeat(99)));
      }),
    );
  });

  it('is short for a label of ten megabytes', () => {
    expect(commentMarker('->'.repeat(5_000_000)).length).toBeLessThan(500);
  });
});
