import { describe, expect, it } from 'vitest';
import type { LeftContainer, SweepReport } from '../../src/model/sweep.ts';
import { renderSweep, sweepQuestion } from '../../src/report/sweep.ts';
import { renderSweepOutcomes, sweepOutcomeLines } from '../../src/report/sweep-outcomes.ts';
import { left } from './every-event.ts';

const plain = { color: false, width: 80 };
const suspect: LeftContainer = {
  ...left,
  id: 'b'.repeat(64),
  server: null,
  standing: 'suspect',
  because: 'looks-like-mcp',
  isChosen: false,
};
const unknown: LeftContainer = {
  ...left,
  id: 'c'.repeat(64),
  created: '2026-01-05T03:00:00.000Z',
  state: 'created',
  standing: 'unknown',
  because: 'elsewhere',
  isChosen: false,
};
const report: SweepReport = {
  formatVersion: '1.0',
  now: '2026-01-05T03:04:05.000Z',
  containers: [left, suspect, unknown],
  hanging: ['d'.repeat(64)],
};

describe('what is left behind', () => {
  it('stands under what becomes of it', () => {
    expect(renderSweep(report, plain)).toBe(
      [
        'Left behind, and removed:',
        '  - 3f2a9c1b7d40  github  3 d  running, who started it has ended',
        '',
        'Like what clients leave behind, not started by mcpform, and perhaps in use; --older-than removes them:',
        '  ? bbbbbbbbbbbb  mcp/github:1  3 d  running, its input was attached by somebody',
        '',
        'Started by mcpform where nobody can look from here; never removed:',
        '  ? cccccccccccc  github  4 min  created, another machine started it',
        '',
        '  dddddddddddd  the engine says nothing about it in time',
        '',
        '1 container to remove, 2 only listed.',
        '',
      ].join('\n'),
    );
  });

  it('is said to be nothing', () => {
    expect(renderSweep({ ...report, containers: [], hanging: [] }, plain)).toBe('Nothing is left behind.\n');
    expect(renderSweep({ ...report, containers: [suspect] }, plain)).toContain(
      'No container to remove, 1 only listed.',
    );
  });

  it('is asked about by number', () => {
    expect(sweepQuestion(report)).toBe('Remove 1 container? Only "yes" does it: ');
  });

  it('shows nothing that a terminal would act on', () => {
    const evil = { ...suspect, image: 'mcp/x\u001b[2J', state: '\u202e' };
    expect(renderSweep({ ...report, containers: [evil] }, plain)).not.toMatch(/[\u001b\u202e]/);
    expect(sweepOutcomeLines({ container: evil, outcome: { id: evil.id, result: 'kept' } }, plain)).toEqual([
      '  - bbbbbbbbbbbb (github) kept: it is no longer as it was shown'.replace('github', 'mcp/x\\u001b[2J'),
    ]);
  });
});

describe('what became of it', () => {
  it('has its reason and what to do', () => {
    const error = { code: 'ENGINE_TIMEOUT', message: 'docker did not answer', hint: 'look' } as const;
    expect(
      sweepOutcomeLines({ container: left, outcome: { id: left.id, result: 'failed', error } }, plain),
    ).toEqual([
      '  - 3f2a9c1b7d40 (github) not removed: docker did not answer [ENGINE_TIMEOUT]',
      '    hint: look',
    ]);
  });

  it('is counted, what was not begun too', () => {
    const { id } = left;
    const outcomes = (['removed', 'removed', 'gone', 'kept', 'failed'] as const).map((result) => ({
      id,
      result,
    }));
    expect(renderSweepOutcomes(6, outcomes, plain)).toBe(
      '2 removed, 1 gone already, 1 kept, 1 failed, 1 not begun.\n',
    );
  });
});
