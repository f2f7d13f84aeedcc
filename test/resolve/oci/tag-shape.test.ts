import { describe, expect, it } from 'vitest';
import { newerTags } from '../../../src/resolve/oci/tag-shape.ts';

describe('newer tags', () => {
  it.each<[string, string[], string[]]>([
    ['1.1.2', ['1.1.2', '1.1.10', '1.2.0', '1.1.1', '2.0.0'], ['2.0.0', '1.2.0', '1.1.10']],
    ['1.1.2', ['1.2.0-alpine', '1.3', '2', '1.2.0.1', 'v1.2.0', '2.0.0-rc.1', 'latest', '2.0.0rc1'], []],
    ['v1.1.2-alpine', ['v1.2.0', 'v1.2.0-alpine', '1.3.0-alpine', 'v1.2.0-alpine3'], ['v1.2.0-alpine']],
    ['release-1.2', ['release-1.10', 'release-1.1', 'other-1.3'], ['release-1.10']],
    ['2025.12.3', ['2026.1.1', '2025.9.9'], ['2026.1.1']],
    ['20260101', ['20260102', '20251231', '3'], ['20260102']],
    ['3', ['4', '4.0', '2'], ['4']],
    ['latest', ['1.0.0', 'latest2'], []],
    ['main', ['main-2'], []],
    ['sha-0a1b2c3', ['sha-9a1b2c3'], []],
    ['1.0.0-rc.1', ['1.0.0-rc.2', '1.0.0', '1.1.0-rc.1'], ['1.1.0-rc.1']],
    ['1.2.3+build', ['1.2.4+build', '1.2.4'], ['1.2.4+build']],
  ])('after %s among %j', (tag, tags, expected) => {
    expect(newerTags(tag, tags)).toEqual(expected);
  });

  it('are found among a hundred thousand strange ones without delay', () => {
    const tags = Array.from({ length: 100_000 }, (_, index) => `${'a-'.repeat(60)}${index}!`);
    const startMs = performance.now();
    expect(newerTags('1.0', [...tags, '1.1'])).toEqual(['1.1']);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });
});
