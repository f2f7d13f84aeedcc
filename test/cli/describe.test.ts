import { expect, describe as group, it } from 'vitest';
import { concealingTerminal } from '../../src/cli/concealing-terminal.ts';
import { openEventStream } from '../../src/cli/event-stream.ts';
import { describe } from '../../src/cli/exec-rest.ts';
import { reportFailure } from '../../src/cli/report-failure.ts';
import { createConceal } from '../../src/formats/conceal.ts';
import { McpformError } from '../../src/model/error.ts';

const CANARY = 'canary with blanks, 7f3a"9c51';

function stage() {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const conceal = createConceal();
  conceal.add(CANARY);
  const terminal = {
    out: say,
    err: say,
    color: { out: false, err: false },
    width: 40,
    canAsk: true,
    isLive: false,
    screen: {
      isTerminal: false,
      canRedraw: false,
      rows: () => 24,
      columns: () => 40,
      left: new AbortController().signal,
    },
    ask: async (question: string, _signal: AbortSignal) => {
      say(question);
      return null;
    },
    shown: (text: string) => text,
  };
  return { said: () => said.join(''), conceal, terminal };
}

const failure = () =>
  new McpformError('PLAN_UNWRITABLE', `"${CANARY}" is in it, and so is ${CANARY}`, {
    hint: `give ${encodeURIComponent(CANARY)} away`,
    at: { file: `/x/${CANARY}`, excerpt: `a: ${CANARY}`, line: 1, column: 1 },
    findings: [{ code: 'PLAN_UNWRITABLE', severity: 'error', message: `of ${CANARY}`, hint: CANARY }],
  });

group('a failure', () => {
  it.each([
    ['in words, however lines break', false, failure],
    ['as JSON', true, failure],
    ['that is a bug, with its stack', false, () => new Error(`at ${CANARY}\nand ${CANARY}`)],
    ['that is a bug, as JSON', true, () => new Error(CANARY)],
    ['that is no error', false, () => CANARY],
  ])('shows no secret %s', (_, json, make) => {
    const { said, conceal, terminal } = stage();
    reportFailure(make(), { json, stream: null, cwd: '/x', conceal }, terminal);
    expect(said()).not.toBe('');
    expect(said()).not.toMatch(/canary|blanks|9c51/);
  });

  it('shows none as the last event of a stream', async () => {
    const { said, conceal, terminal } = stage();
    const stream = await openEventStream(terminal, conceal);
    reportFailure(failure(), { json: true, stream, cwd: '/x', conceal }, terminal);
    expect(said()).toContain('run.finished');
    expect(said()).not.toMatch(/canary|blanks|9c51/);
  });

  it.each([
    ['that was resolved', failure(), [CANARY]],
    ['in a stack', new Error(CANARY), [CANARY]],
  ])('of a launch shows none %s', (_, error, secrets) => {
    expect(describe(error, secrets)).not.toMatch(/canary|blanks|9c51/);
  });

  it('of a launch shows none that the environment has under the name of one', () => {
    process.env['CANARY_API_KEY'] = 'c4n4ry9f86d081884c7d';
    try {
      expect(describe(new Error('got c4n4ry9f86d081884c7d'))).toContain('got (secret)');
    } finally {
      delete process.env['CANARY_API_KEY'];
    }
  });
});

group('the terminal of a command', () => {
  it('shows no secret in answers, problems, questions and live lines', async () => {
    const { said, conceal, terminal } = stage();
    const people = concealingTerminal(terminal, conceal);
    people.out(`out ${CANARY}\n`);
    people.err(`err ${Buffer.from(CANARY).toString('base64')}\n`);
    await people.ask(`ask ${CANARY}`, new AbortController().signal);
    expect(said()).toBe('out (secret)\nerr (secret)\nask (secret)');
    expect(people.shown(CANARY)).toBe('(secret)');
  });
});
