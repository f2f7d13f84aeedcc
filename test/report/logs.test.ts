import { describe, expect, it } from 'vitest';
import type { LoggedLine } from '../../src/model/running.ts';
import { type LogStyle, renderLogLine } from '../../src/report/logs.ts';

const line: LoggedLine = { stream: 'stdout', time: '2026-01-02T03:04:05.123456789Z', text: 'listening' };
const plain: LogStyle = { color: false, isTerminal: false, showsTimes: false };

describe('a line of a log', () => {
  it('is as it was written', () => {
    expect(renderLogLine(line, null, plain)).toBe('listening\n');
    expect(renderLogLine({ ...line, text: 'a\tb\rc' }, null, plain)).toBe('a\tb\rc\n');
  });

  it('has whose it is before it, and when', () => {
    expect(renderLogLine(line, '3f2a9c1b7d40', { ...plain, showsTimes: true })).toBe(
      '3f2a9c1b7d40 | 2026-01-02T03:04:05.123456789Z listening\n',
    );
  });

  it('is dim in colour when it went to stderr', () => {
    expect(renderLogLine({ ...line, stream: 'stderr' }, null, { ...plain, color: true })).toBe(
      '\u001b[2mlistening\u001b[22m\n',
    );
    expect(renderLogLine(line, null, { ...plain, color: true })).toBe('listening\n');
  });

  it('does nothing to a terminal but to move to the next tab', () => {
    const text = 'a\tb\r\u001b]0;title\u0007\u202ec';
    expect(renderLogLine({ ...line, text }, null, { ...plain, isTerminal: true })).toBe(
      'a\tb\\r\\u001b]0;title\\u0007\\u202ec\n',
    );
  });
});
