import { describe, expect, it } from 'vitest';
import { McpformError } from '../../src/model/error.ts';
import type { Finding } from '../../src/model/finding.ts';
import { renderBug } from '../../src/report/bug.ts';
import { renderFailure, renderFailureJson } from '../../src/report/failure.ts';
import { findingsLine, renderFindings, renderFindingsJson } from '../../src/report/findings.ts';

const plain = { color: false, width: 80, cwd: '/repo' };

const unknownKey: Finding = {
  code: 'MANIFEST_INVALID',
  severity: 'error',
  message: 'unknown key "comand"',
  hint: 'did you mean "command"?',
  at: {
    file: '/repo/mcp.yaml',
    line: 12,
    column: 5,
    excerpt: '    comand: npx',
    pointer: '/servers/a/comand',
  },
};

describe('a finding', () => {
  it('shows its place, the line, a caret and what to do', () => {
    expect(renderFindings([unknownKey], plain)).toBe(
      [
        'error[MANIFEST_INVALID]: unknown key "comand"',
        '  --> mcp.yaml:12:5',
        '   |',
        '12 |     comand: npx',
        '   |     ^',
        '   = hint: did you mean "command"?',
        '',
      ].join('\n'),
    );
  });

  it('shows the pointer where the position is not known', () => {
    const { line, column, excerpt, ...at } = unknownKey.at as NonNullable<Finding['at']>;
    expect([line, column, excerpt]).not.toContain(undefined);
    expect(renderFindings([{ ...unknownKey, at }], plain)).toContain('--> mcp.yaml at /servers/a/comand\n');
  });

  it('shows the address where there is no file, and nothing where there is neither', () => {
    const { at, ...finding } = unknownKey;
    expect(at).toBeDefined();
    expect(renderFindings([{ ...finding, address: 'claude-code/user/a' }], plain)).toContain(
      '--> claude-code/user/a\n',
    );
    expect(renderFindings([finding], plain)).toBe(
      'error[MANIFEST_INVALID]: unknown key "comand"\n = hint: did you mean "command"?\n',
    );
  });

  it('keeps the whole path of a file that is not below', () => {
    const at = { ...unknownKey.at, file: '/etc/mcpform/policy.yaml' };
    expect(renderFindings([{ ...unknownKey, at }], plain)).toContain('--> /etc/mcpform/policy.yaml:12:5\n');
    const { cwd, ...options } = plain;
    expect(cwd).toBe('/repo');
    expect(renderFindings([unknownKey], options)).toContain('--> /repo/mcp.yaml:12:5\n');
  });

  it('wraps its sentences and never its line', () => {
    const long = {
      ...unknownKey,
      message: `unknown key ${'"word" '.repeat(20).trim()}`,
      hint: 'word '.repeat(30).trim(),
    };
    for (const line of renderFindings([long], plain).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('points at the same character after tabs and invisible characters were made visible', () => {
    const excerpt = '\t\u202ekey: value';
    const at = { file: '/repo/mcp.yaml', line: 3, column: 3, excerpt };
    const lines = renderFindings([{ ...unknownKey, at }], plain).split('\n');
    expect(lines[3]).toBe('3 |  \\u202ekey: value');
    expect(lines[4]?.indexOf('^')).toBe(lines[3]?.indexOf('key'));
  });

  it('cuts a long line around the column', () => {
    const excerpt = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`;
    const at = { file: '/repo/mcp.yaml', line: 1, column: 501, excerpt };
    const lines = renderFindings([{ ...unknownKey, at }], plain).split('\n');
    expect(lines[3]?.length).toBeLessThanOrEqual(80);
    expect(lines[4]?.indexOf('^')).toBe(lines[3]?.indexOf('HERE'));
  });

  it('survives a column beyond the line', () => {
    const at = { file: '/repo/mcp.yaml', line: 1, column: 99, excerpt: 'short' };
    expect(renderFindings([{ ...unknownKey, at }], plain)).toContain('1 | short\n');
  });

  it('marks its severity in colour and in words', () => {
    const text = renderFindings([{ ...unknownKey, severity: 'warning' }], { ...plain, color: true });
    expect(text).toContain('\u001b[33m');
    expect(text).toContain('warning[MANIFEST_INVALID]');
  });

  it('stands apart from the next', () => {
    const text = renderFindings([unknownKey, { ...unknownKey, severity: 'info' }], plain);
    expect(text.split('\n\n')).toHaveLength(2);
    expect(renderFindings([], plain)).toBe('');
  });

  it('is for machines what it is', () => {
    expect(JSON.parse(renderFindingsJson([unknownKey]))).toEqual({
      formatVersion: '1.0',
      findings: [unknownKey],
    });
  });
});

describe('the count of findings', () => {
  const of = (...severities: Finding['severity'][]): string =>
    findingsLine(severities.map((severity) => ({ ...unknownKey, severity })));

  it('names errors and warnings, and not what is only said', () => {
    expect(of('error', 'error', 'warning', 'info')).toBe('2 errors, 1 warning');
    expect(of('info')).toBe('');
  });
});

describe('a failure', () => {
  const failure = new McpformError('MANIFEST_INVALID', 'the manifest is not valid', {
    findings: [unknownKey],
    hint: 'correct it',
    at: { file: '/repo/mcp.yaml' },
  });

  it('comes after the findings it stands for, and counts them', () => {
    const text = renderFailure(failure, plain);
    expect(text).toMatch(/^error\[MANIFEST_INVALID\]: unknown key/);
    expect(text.split('\n\n').at(-1)).toBe(
      [
        'error[MANIFEST_INVALID]: the manifest is not valid (1 error)',
        '  --> mcp.yaml',
        '  hint: correct it',
        '',
      ].join('\n'),
    );
  });

  it('is one line without any', () => {
    expect(renderFailure(new McpformError('USAGE', 'no such flag'), plain)).toBe(
      'error[USAGE]: no such flag\n',
    );
  });

  it('is for machines all it knows', () => {
    expect(JSON.parse(renderFailureJson(failure))).toEqual({
      formatVersion: '1.0',
      error: {
        code: 'MANIFEST_INVALID',
        message: 'the manifest is not valid',
        hint: 'correct it',
        at: { file: '/repo/mcp.yaml' },
        exitCode: 1,
        findings: [unknownKey],
      },
    });
  });
});

describe('a bug', () => {
  it('shows the stack, the versions and where to take it', () => {
    const text = renderBug(new Error('boom'), '1.2.3');
    expect(text).toContain('error[INTERNAL]: this is a bug in mcpform');
    expect(text).toContain('Error: boom');
    expect(text).toMatch(/mcpform 1\.2\.3, node v\d+/);
    expect(text).toContain('https://');
  });

  it('shows what was thrown even when it is no error', () => {
    expect(renderBug('boom\u001b[2J', '1')).toContain('boom\\u001b[2J');
  });
});
