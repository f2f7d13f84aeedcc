import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { launchId } from '../../src/graph/launch-id.ts';
import { LAUNCH_ID, recordId } from '../../src/launch/record-id.ts';
import { sha256 } from '../../src/launch/sha256.ts';
import { recordOf } from './world.ts';

describe('sha256', () => {
  it('is that of Node, for texts of any length and alphabet', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(texts, (text) => {
        expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 100_000])('is right at %i bytes', (length) => {
    const text = 'a'.repeat(length);
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
  });
});

describe('the id of a record', () => {
  it('is the one that entries are written with', () => {
    const parts = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(fc.string(), fc.record({ env: fc.string(), default: fc.string() }))),
    );
    const records = fc.record({
      server: fc.stringMatching(/^[a-z0-9][a-zA-Z0-9_-]{0,20}$/),
      bin: fc.option(fc.string()),
      args: fc.array(parts),
      loaderVariables: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(records, (changes) => {
        const record = recordOf(changes);
        expect(recordId(record)).toBe(launchId(record));
        expect(recordId(record)).toMatch(LAUNCH_ID);
      }),
    );
  });

  it.each([
    '',
    'x',
    '../x-00000000000000000000000000000000',
    'a/b-00000000000000000000000000000000',
    'x-0000',
  ])('is never %j', (id) => expect(id).not.toMatch(LAUNCH_ID));
});
