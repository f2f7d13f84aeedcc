import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import {
  renderEventJson,
  renderEventLine,
  renderLiveLine,
  renderVersionLine,
} from '../../src/report/events.ts';
import { outcomeLines, renderOutcomes } from '../../src/report/outcomes.ts';
import { approvalQuestion, outcomesLine } from '../../src/report/words.ts';
import { done, everyEvent, failed, note, rolledBack, skipped } from './every-event.ts';
import { emptyPlan, samplePlan } from './sample-plan.ts';

const plain = { color: false, width: 80 };
describe('progress', () => {
  it('is plain lines in a log', () => {
    expect(everyEvent.map((event) => renderEventLine(event, plain)).join('')).toBe(
      [
        '  * claude-code/user/a: an interrupted step had been completed',
        '  * claude-code/user/a: an interrupted step had not begun to take effect',
        '  * claude-code/user/a: an interrupted step is neither as before nor as planned, and is left alone',
        'warning[INTERNAL]: somebody else wrote at the same time',
        '  + claude-code/user/a created',
        '  ~ claude-code/user/a not updated: the file is busy [INTERNAL]',
        '    hint: close the client',
        'watching 1 file for 2 s, in case a client writes it back',
        '  - 3f2a9c1b7d40 (github) removed',
        '',
      ].join('\n'),
    );
  });

  it('is one line that changes on a terminal', () => {
    expect(everyEvent.map(renderLiveLine)).toEqual([
      'planning team-tools',
      null,
      null,
      null,
      '',
      null,
      'creating claude-code/user/a',
      null,
      null,
      'watching 1 file for 2 s, in case a client writes it back',
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      '',
    ]);
  });

  it('is NDJSON for machines, the version first', () => {
    expect(renderVersionLine('1.2.3')).toBe('{"version":"1.0","mcpform":"1.2.3"}\n');
    expect(renderEventJson(everyEvent[1] as Event, 3, 0)).toBe(
      '{"kind":"recovery","sequence":3,"time":"1970-01-01T00:00:00.000Z","address":"claude-code/user/a","settled":"done"}\n',
    );
    for (const event of everyEvent) expect(renderEventJson(event, 0).match(/\n/g)).toHaveLength(1);
  });

  it('shows nothing that a terminal would act on', () => {
    const evil = 'x\u001b[2J\u202e';
    const event: Event = { kind: 'step.started', address: evil, action: 'create', because: 'declared' };
    expect(renderLiveLine(event)).toBe('creating x\\u001b[2J\\u202e');
  });
});

describe('outcomes', () => {
  it('are counted, zero terms dropped', () => {
    expect(outcomesLine([done, done, done, failed, skipped, skipped, rolledBack])).toBe(
      '3 applied, 1 failed, 2 skipped, 1 rolled back',
    );
    expect(outcomesLine([done])).toBe('1 applied');
    expect(outcomesLine([])).toBe('nothing to apply');
  });

  it('tell what did not go well, and what else people should know', () => {
    expect(renderOutcomes([{ ...done, findings: [note] }, failed, skipped, rolledBack], plain)).toBe(
      [
        'warning[INTERNAL]: somebody else wrote at the same time',
        '',
        '  ~ claude-code/user/a not updated: the file is busy [INTERNAL]',
        '    hint: close the client',
        '  + claude-code/user/a skipped, not created: its dependency failed [INTERNAL]',
        '-/+ claude-code/user/a not replaced, put back as it was',
        '',
        '1 applied, 1 failed, 1 skipped, 1 rolled back.',
        '',
      ].join('\n'),
    );
  });

  it('show what the failing part said last, as it is and on one line each', () => {
    const error = {
      code: 'HEALTH_EXITED',
      message: 'it does not run any more',
      detail: [`${'long '.repeat(30)}end`, 'a\u001b[2Jb'],
      hint: 'see what it says',
    } as const;
    expect(outcomeLines({ ...failed, error }, plain)).toEqual([
      '  ~ claude-code/user/a not updated: it does not run any more [HEALTH_EXITED]',
      `    | ${'long '.repeat(30)}end`,
      '    | a\\u001b[2Jb',
      '    hint: see what it says',
    ]);
  });

  it('are one line when all went well', () => {
    expect(renderOutcomes([done, done], plain)).toBe('2 applied.\n');
  });
});

describe('the question before', () => {
  it('counts what would be done and what would be lost', () => {
    expect(approvalQuestion(samplePlan)).toBe(
      'Perform 10 steps, of which 1 deletes something, on stack team-tools? Only "yes" does it: ',
    );
    expect(approvalQuestion(emptyPlan)).toBe('Perform 0 steps on stack team-tools? Only "yes" does it: ');
  });
});
