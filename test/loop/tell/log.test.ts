import { describe, expect, it } from 'vitest';
import { createConceal } from '../../../src/formats/conceal.ts';
import type { Level } from '../../../src/loop/tell/level.ts';
import { type Log, openLog } from '../../../src/loop/tell/log.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { condition, loopState, RECOVERED, report, transition } from './examples.ts';

const CANARY = 'canary with "quotes" 7f3a9c51';

async function open(level: Level = 'trace'): Promise<{ log: Log; texts: string[]; lines: () => Lines }> {
  const conceal = createConceal();
  conceal.add(CANARY);
  const texts: string[] = [];
  const write = (line: string): void => void texts.push(line);
  const log = await openLog({ level, write }, { system: memorySystem(), conceal });
  return { log, texts, lines: () => texts.map((text) => JSON.parse(text)) };
}

type Lines = readonly Record<string, unknown>[];

describe('the log', () => {
  it('is one line of JSON for each pass, with its time in UTC and what was done', async () => {
    const { log, texts, lines } = await open();
    const wakes = [{ kind: 'file', file: '/home/ada/.claude.json' }, { kind: 'interval' }] as const;
    log.passed(report({ wakes, result: 'applied', done: 2, corrected: ['claude-code/user/a'] }), loopState());
    expect(texts).toHaveLength(1);
    expect(texts[0]?.indexOf('\n')).toBe((texts[0]?.length ?? 0) - 1);
    expect(lines()[0]).toEqual({
      level: 'info',
      time: '2026-01-01T00:00:00.000Z',
      stack: 'tools',
      pass: 7,
      wakes: ['file', 'interval'],
      durationMs: 120,
      revision: 'main@sha1:3f1c9ab2',
      result: 'applied',
      planned: {},
      done: 2,
      failed: 0,
      corrected: ['claude-code/user/a'],
      msg: 'pass 7: applied, 2 done',
    });
  });

  it('says a pass in which nothing happened only to who debugs, and again when it is another nothing', async () => {
    const { log, lines } = await open('debug');
    const pass = (change = {}): void => log.passed(report(change), loopState());
    pass();
    pass();
    pass({ result: 'pending', held: { 'claude-code/user/a': 'observed' } });
    pass({ result: 'pending', held: { 'claude-code/user/a': 'observed' } });
    pass({ result: 'pending', held: { 'claude-code/user/b': 'observed' } });
    expect(lines().map(({ level }) => level)).toEqual(['info', 'debug', 'info', 'debug', 'info']);
  });

  it('writes nothing below its level', async () => {
    const { log, texts } = await open('error');
    log.passed(report({ result: 'applied', done: 1 }), loopState());
    log.changed([transition()], loopState());
    expect(texts).toEqual([]);
    log.passed(report({ result: 'failed', error: { code: 'USAGE', message: 'no' } }), loopState());
    expect(texts).toHaveLength(1);
  });

  it('has one line for each change of a condition, louder where somebody should look', async () => {
    const { log, lines } = await open();
    const working = transition({ type: 'Reconciling', status: 'True', reason: 'Progressing' });
    log.changed([transition(), working, transition(RECOVERED, { before: condition() })], loopState());
    expect(lines().map(({ level, condition: type, status }) => [level, type, status])).toEqual([
      ['warn', 'Ready', 'False'],
      ['debug', 'Reconciling', 'True'],
      ['info', 'Ready', 'True'],
    ]);
    expect(lines()[2]).toMatchObject({ before: { status: 'False', reason: 'ApplyFailed' } });
  });

  it('says why each step failed that did', async () => {
    const { log, lines } = await open();
    const failures = { 'docker/container/a': { code: 'HEALTH_TIMEOUT', message: 'not so far' } } as const;
    log.passed(report({ result: 'partial', failed: 1, failures }), loopState());
    expect(lines()[0]).toMatchObject({ level: 'warn', failures });
  });

  it('shows no secret, wherever it is, and stays JSON', async () => {
    const { log, texts, lines } = await open();
    const error = { code: 'USAGE', message: `it said ${CANARY}`, hint: CANARY } as const;
    const held = { [`claude-code/user/${CANARY}`]: 'observed' } as const;
    log.passed(report({ result: 'failed', error, held, corrected: [CANARY] }), loopState());
    log.changed([transition({ message: CANARY }, { addresses: [CANARY] })], loopState());
    log.say('warn', CANARY, { [CANARY]: { deep: [CANARY] } });
    expect(lines()).toHaveLength(3);
    expect(texts.join('')).not.toMatch(/canary|7f3a|9c51/);
  });

  it('shows characters that would hide or move others as what they are', async () => {
    const { log, texts, lines } = await open();
    log.say('info', 'a\u202eb\u001b[2Jc\nd');
    expect(texts[0]).toContain('a\\u202eb\\u001b[2Jc\\nd');
    expect(lines()[0]?.['msg']).toBe('a\u202eb\u001b[2Jc\nd');
  });

  it('keeps a line short that is about thousands', async () => {
    const { log, texts, lines } = await open();
    const many = Array.from({ length: 5000 }, (_, at) => `claude-code/user/${at}`);
    const held = Object.fromEntries(many.map((address) => [address, 'observed'] as const));
    log.passed(report({ corrected: many, held, result: 'applied', done: 5000 }), loopState());
    log.say('info', 'x'.repeat(100_000));
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(5000);
    expect(lines()[0]).toMatchObject({ held: { more: 4980 } });
  });

  it('never fails, whatever it writes to does', async () => {
    const write = (): never => {
      throw new Error('EPIPE');
    };
    const close = async (): Promise<never> => write();
    const ctx = { system: memorySystem(), conceal: createConceal() };
    const log = await openLog({ level: 'info', write, close }, ctx);
    log.say('error', 'heard by nobody');
    log.passed(report({ result: 'applied', done: 1 }), loopState());
    await log.close();
  });
});
