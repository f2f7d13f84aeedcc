import { describe, expect, it } from 'vitest';
import { createConceal } from '../../../src/formats/conceal.ts';
import { openNotifier } from '../../../src/loop/tell/notify/notifier.ts';
import type { Delivery, Message } from '../../../src/loop/tell/notify/sink.ts';
import { ManualClock, memorySystem } from '../../../src/system/memory.ts';
import { loopState, RECOVERED, settle, transition } from './examples.ts';

/** A notifier with one sink that a test gives its answers, on a clock that it moves. */
function open() {
  const clock = new ManualClock();
  clock.holdsSleepers = true;
  const conceal = createConceal();
  conceal.add('canary-7f3a9c51');
  const tries: { readonly atMs: number; readonly message: Message }[] = [];
  const problems: string[] = [];
  const control: { answer: (signal: AbortSignal) => Promise<Delivery> } = {
    answer: async () => ({ kind: 'sent' }),
  };
  const sink = {
    name: 'double',
    send: (message: Message, signal: AbortSignal) => {
      tries.push({ atMs: clock.monotonic(), message });
      return control.answer(signal);
    },
  };
  const notifier = openNotifier(
    { sinks: [sink], onProblem: (text) => problems.push(text), random: () => 0.999 },
    { system: memorySystem({ clock }), conceal },
  );
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 500) {
      clock.advance(500);
      await settle();
    }
  };
  const tell = async (...all: Parameters<typeof notifier.changed>[0]): Promise<void> => {
    notifier.changed(all, loopState());
    await settle();
  };
  return { notifier, clock, control, tries, problems, pass, tell };
}

const down = async (): Promise<Delivery> => ({ kind: 'later', why: 'ECONNREFUSED' });

describe('a notifier', () => {
  it('sends what changed, in order, a second apart, without a secret', async () => {
    const { tries, tell, pass } = open();
    const healthy = transition({ type: 'Healthy', reason: 'Unhealthy', message: 'canary-7f3a9c51\u001b[2J' });
    await tell(transition(), healthy);
    await pass(3000);
    expect(tries.map(({ atMs, message }) => [atMs, message.condition])).toEqual([
      [0, 'Ready'],
      [1000, 'Healthy'],
    ]);
    expect(tries[1]?.message).toMatchObject({
      kind: 'problem',
      title: 'mcpform: tools: Unhealthy',
      text: '(secret)\\u001b[2J',
    });
    expect(tries[0]?.message.id).toMatch(/^[0-9a-f]{32}$/);
    expect(tries[0]?.message.id).not.toBe(tries[1]?.message.id);
  });

  it('tries again after longer and longer while a sink is down, says so once, and then tells the last state', async () => {
    const { tries, problems, control, tell, pass } = open();
    control.answer = down;
    await tell(transition());
    await pass(60 * 60_000);
    const gaps = tries.slice(1).map(({ atMs }, at) => Math.round((atMs - (tries[at]?.atMs ?? 0)) / 1000));
    expect(gaps.slice(0, 8)).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300);
    expect(problems).toEqual(['double cannot be told: ECONNREFUSED; it is tried again']);
    await tell(transition({ reason: 'SourceUnavailable', message: 'the newest' }));
    control.answer = async () => ({ kind: 'sent' });
    const before = tries.length;
    await pass(301_000);
    expect(tries.slice(before).map(({ message }) => message.text)).toEqual(['the newest']);
  });

  it('says nothing of what came and went while the sink was down', async () => {
    const { tries, control, tell, pass } = open();
    control.answer = down;
    await tell(transition());
    await tell(transition(RECOVERED));
    control.answer = async () => ({ kind: 'sent' });
    await pass(600_000);
    expect(tries).toHaveLength(1);
  });

  it('waits as long as the other side asks for, but not for ever', async () => {
    const { tries, control, tell, pass } = open();
    control.answer = async () => ({ kind: 'later', why: 'status 429', afterMs: 30_000 });
    await tell(transition());
    await pass(30_000);
    expect(tries.map(({ atMs }) => atMs)).toEqual([0, 30_000]);
    control.answer = async () => ({ kind: 'later', why: 'status 429', afterMs: 1e12 });
    await pass(30_000 + 3_600_000);
    expect(tries.map(({ atMs }) => atMs)).toEqual([0, 30_000, 60_000, 3_660_000]);
  });

  it('gives up a message that is refused, says so, and goes on with the next', async () => {
    const { tries, problems, control, tell, pass } = open();
    control.answer = async () => ({ kind: 'refused', why: 'status 404' });
    await tell(transition(), transition({ type: 'Healthy', reason: 'Unhealthy' }));
    await pass(60_000);
    expect(tries.map(({ message }) => message.condition)).toEqual(['Ready', 'Healthy']);
    expect(problems[0]).toBe('double does not take a message: status 404');
  });

  it('outlives a sink that throws, and does not say what it threw', async () => {
    const { tries, problems, control, tell, pass } = open();
    control.answer = async () => {
      throw new Error('https://hooks.example.com/canary');
    };
    await tell(transition());
    await pass(6000);
    expect(tries).toHaveLength(2);
    expect(problems.join()).not.toContain('canary');
  });

  it('ends within a second when it is closed, whatever is on its way, and begins nothing more', async () => {
    const { notifier, tries, control, clock, tell, pass } = open();
    let isAborted = false;
    control.answer = (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          isAborted = true;
          resolve({ kind: 'later', why: 'aborted' });
        }),
      );
    await tell(transition(), transition({ type: 'Healthy', reason: 'Unhealthy' }));
    const closed = notifier.close();
    await settle();
    expect(isAborted).toBe(false);
    clock.advance(1000);
    await closed;
    expect(isAborted).toBe(true);
    await tell(transition({ type: 'Stalled', status: 'True', reason: 'MassDelete' }));
    await pass(10_000);
    expect(tries).toHaveLength(1);
  });

  it('ends at once when it only waits for the next try', async () => {
    const { notifier, control, tell } = open();
    control.answer = down;
    await tell(transition());
    await notifier.close();
  });
});
