import { describe, expect, it } from 'vitest';
import { newLoopState } from '../../src/loop/state/new-loop-state.ts';
import type { Condition, LoopState, PassReport } from '../../src/model/loop.ts';
import { renderPass, renderTransition } from '../../src/report/loop.ts';
import { renderLoopStart } from '../../src/report/loop-start.ts';
import { renderLeftAlone, renderLoopState, suspendedWords } from '../../src/report/loop-state.ts';
import { resumeWords } from '../../src/report/state-words.ts';

const plain = { color: false, width: 60 };
const A = 'claude-code/user/a';

const pass: PassReport = {
  number: 7,
  wakes: [{ kind: 'file', file: '/home/ann/.claude.json' }],
  startedAt: '2026-03-02T12:00:00.000Z',
  durationMs: 20,
  revision: '/home/ann/project',
  result: 'applied',
  planned: { update: 1 },
  done: 1,
  failed: 0,
  corrected: [A],
  held: {},
};

const fighting: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'Fighting',
  message: `left alone, because somebody else keeps changing it: ${A}`,
  since: '2026-03-02T12:00:00.000Z',
  revision: null,
};

const state: LoopState = {
  ...newLoopState('/home/ann/project', Date.parse('2026-03-02T12:00:00.000Z')),
  passes: 1,
  conditions: [fighting],
  suspended: {
    '*': { since: '2026-03-02T12:00:00.000Z', until: '2026-03-02T14:00:00.000Z', reason: 'lunch' },
  },
  contended: {
    [A]: { address: A, since: '2026-03-02T11:00:00.000Z', pointers: ['/args'], suspects: ['Claude Code'] },
  },
};

describe('a pass', () => {
  it('names the one that was put back, and no folder', () => {
    expect(renderPass(pass, plain)).toBe('12:00:00 applied: 1 step, 1 put back (claude-code/user/a)\n');
  });

  it('only counts more of them, and names the commit', () => {
    const many = { ...pass, done: 2, corrected: [A, `${A}2`], revision: `main@sha1:${'ab'.repeat(20)}` };
    expect(renderPass(many, plain)).toBe('12:00:00 applied: 2 steps, 2 put back main@sha1:abababababab\n');
  });

  it('says why it failed in lines that fit', () => {
    const error = {
      code: 'SOURCE_UNAVAILABLE',
      message: 'the source is '.repeat(6),
      hint: 'wait '.repeat(20),
    } as const;
    const lines = renderPass({ ...pass, result: 'failed', error }, plain).split('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
  });
});

it('a condition that changed says about what once, in lines that fit', () => {
  const transition = { stack: 'tools', before: null, after: fighting, time: '', addresses: [A] };
  expect(renderTransition(transition, plain)).toBe(
    [
      '  Ready=False Fighting: left alone, because somebody else',
      '    keeps changing it: claude-code/user/a',
      '',
    ].join('\n'),
  );
});

describe('what the loop knows', () => {
  it('is whether it runs, the conditions, and what is left alone and until when', () => {
    expect(renderLoopState(state, true, { ...plain, width: 72 })).toBe(
      [
        'Loop: runs; 1 pass of /home/ann/project',
        '  Ready=False            Fighting: left alone, because somebody else',
        '                         keeps changing it: claude-code/user/a',
        '  suspended: everything until 2026-03-02 14:00 or `mcpform resume`',
        '    (lunch)',
        '  contended: claude-code/user/a, changed back again and again at /args,',
        '    perhaps by Claude Code, since 2026-03-02 11:00; `mcpform resume',
        '    claude-code/user/a` tries again',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [false, 'Loop: does not run; 1 pass of /home/ann/project; as it last was\n'],
    [null, 'Loop: 1 pass'],
  ])('when it is known whether it runs: %s', (isRunning, words) => {
    expect(renderLoopState(state, isRunning, plain)).toContain(words);
  });

  it('of one address is why it is left alone', () => {
    expect(renderLeftAlone(state, A, plain)).toContain('contended: claude-code/user/a');
    expect(renderLeftAlone({ ...state, suspended: {} }, 'claude-code/user/b', plain)).toBe('');
    expect(renderLeftAlone({ suspended: {}, contended: {} }, A, plain)).toBe('');
  });
});

it('what was suspended is said with its end, and what still is when something is resumed', () => {
  const since = '2026-03-02T12:00:00.000Z';
  expect(suspendedWords(A, { since }, { isQuiet: true })).toBe(
    'Suspended: claude-code/user/a until `mcpform resume claude-code/user/a`\n',
  );
  expect(resumeWords(null, ['*'], [A])).toBe(
    'The loop goes on with the stack as a whole.\nStill suspended: claude-code/user/a.\n',
  );
});

it.each([
  [
    'enforce',
    300_000,
    'Keeping this machine at what /repo says. It looks every 5 min, and when something changes; Ctrl-C ends it.\n',
  ],
  [
    'warn',
    7_200_000,
    'Looking whether this machine is what /repo says, and changing nothing. It looks every 2 h, and when something changes; Ctrl-C ends it.\n',
  ],
  [
    'enforce',
    90_000,
    'Keeping this machine at what /repo says. It looks every 90 s, and when something changes; Ctrl-C ends it.\n',
  ],
] as const)('a loop in mode %s says what it does', (mode, intervalMs, words) => {
  expect(renderLoopStart({ source: '/repo', mode, intervalMs }, {})).toBe(words);
});
