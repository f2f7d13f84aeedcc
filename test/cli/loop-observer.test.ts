import { expect, it } from 'vitest';
import { loopObserver } from '../../src/cli/loop-observer.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Condition, LoopState, Transition } from '../../src/loop/model.ts';

const condition = (
  type: Condition['type'],
  status: Condition['status'],
  reason: Condition['reason'],
): Condition => ({ type, status, reason, message: 'words', since: '', revision: null });

const told = (before: Condition | null, after: Condition, json = false): string => {
  let said = '';
  const say = (text: string): void => {
    said += text;
  };
  const terminal = { out: say, err: say, color: { out: false, err: false }, width: 80 };
  const observer = loopObserver(
    { args: [], options: { json }, cwd: '/', catalogue: async () => [] },
    terminal as unknown as Terminal,
  );
  const transition: Transition = { stack: 'tools', before, after, time: '', addresses: [] };
  observer.changed([transition], {} as LoopState);
  return said;
};

const starting = condition('Ready', 'Unknown', 'Starting');
const well = condition('Ready', 'True', 'InSync');
const ill = condition('Ready', 'False', 'ApplyFailed');
const away = condition('Ready', 'Unknown', 'SourceUnavailable');

it.each<[string, Condition | null, Condition, boolean]>([
  ['that all is well at the start', starting, well, false],
  ['that it is not, at the start', starting, ill, true],
  ['that something needs somebody', well, ill, true],
  ['that it is over', ill, well, true],
  ['that nobody can tell', well, away, true],
  ['that somebody can again', away, well, true],
  ['that what was put right is right', condition('Ready', 'True', 'Applied'), well, false],
  ['that it works', null, condition('Reconciling', 'True', 'Progressing'), false],
  ['that nothing waits for a person', null, condition('Stalled', 'False', 'Progressing'), false],
  ['that something does', null, condition('Stalled', 'True', 'SourceInvalid'), true],
])('people are told %s: only where it is news', (_, before, after, isTold) => {
  expect(told(before, after) !== '').toBe(isTold);
  expect(JSON.parse(told(before, after, true))).toMatchObject({ kind: 'condition', transition: { after } });
});
