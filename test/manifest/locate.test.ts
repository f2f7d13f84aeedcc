import { describe, expect, it } from 'vitest';
import { locateFindings } from '../../src/manifest/locate.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import type { At, Finding } from '../../src/model/finding.ts';
import { HEAD, sourcesOf } from './stack.ts';

const sources = sourcesOf(
  `${HEAD}servers:\n  a:\n    command: x\n    env: { A: b }\n  b: { command: y }\n`,
  'servers:\n  b:\n    timeout: 3s\n',
);
const finding = (at: At | undefined): Finding => ({
  code: 'MANIFEST_FIELD',
  severity: 'error',
  message: 'm',
  ...(at === undefined ? {} : { at }),
});

describe('locateFindings', () => {
  it.each([
    [{ file: '/repo/mcp.yaml', pointer: '/servers/a/env/A' }, '/repo/mcp.yaml', 7, 15, '    env: { A: b }'],
    [{ file: '/repo/mcp.yaml', pointer: '/servers/a', part: 'key' }, '/repo/mcp.yaml', 5, 3, '  a:'],
    // The rooms after the manifest know only the merged document: the file that has the place wins.
    [
      { file: '/repo/mcp.yaml', pointer: '/servers/b/timeout' },
      '/repo/over-1.yaml',
      3,
      14,
      '    timeout: 3s',
    ],
    [{ file: '/repo/over-1.yaml', pointer: '/servers/a/command' }, '/repo/mcp.yaml', 6, 14, '    command: x'],
    [{ file: '/repo/mcp.yaml', pointer: '/servers/a/nowhere' }, '/repo/mcp.yaml', 5, 3, '  a:'],
    [{ file: '/repo/mcp.yaml', pointer: '' }, '/repo/mcp.yaml', 1, 1, 'apiVersion: mcpform/v1'],
  ] as const)('finds %j in %s at %i:%i', (at, file, line, column, excerpt) => {
    const [located] = locateFindings([finding(at)], sources);
    expect(located?.at).toEqual({ ...at, file, line, column, excerpt });
  });

  it('leaves findings alone that have a place, none to look for, or another file', () => {
    const findings = [
      finding(undefined),
      finding({ file: '/repo/mcp.yaml' }),
      finding({ file: '/repo/mcp.yaml', pointer: '/servers', line: 99, column: 9 }),
      finding({ file: '/home/me/.claude.json', pointer: '/mcpServers' }),
    ];
    expect(locateFindings(findings, sources)).toEqual(findings);
  });

  it.each(['MANIFEST_LITERAL_SECRET', 'CHECK_LITERAL_SECRET'] as const)(
    'shows no credential on the line of another finding, though that of %s was located before',
    (code) => {
      const line = sourcesOf(`${HEAD}servers:\n  a: { command: x, env: { TOKEN: hunter22 } }\n`);
      const at = { file: '/repo/mcp.yaml', pointer: '/servers/a/env/TOKEN' };
      const [first] = locateFindings([{ ...finding(at), code }], line);
      if (first === undefined) throw new Error('the finding got lost');
      const later = finding({ file: '/repo/mcp.yaml', pointer: '/servers/a/command' });
      const excerpts = locateFindings([first, later], line).map((each) => each.at?.excerpt);
      expect(excerpts).toEqual(Array(2).fill('  a: { command: x, env: { TOKEN: ******** } }'));
    },
  );

  it('does not fail on a file that is no YAML', () => {
    const findings = [finding({ file: '/repo/mcp.yaml', pointer: '/servers' })];
    expect(locateFindings(findings, sourcesOf('a: ['))).toEqual(findings);
  });

  it('finds a place for every finding of ten thousand, in one pass', () => {
    const servers = Array.from({ length: 10_000 }, (_, i) => `  s${i}: { comand: x }\n`).join('');
    const many = sourcesOf(`${HEAD}servers:\n${servers}`);
    const { findings } = parseManifest(many, { root: '/repo', variables: {}, clientNames: ['claude-code'] });
    const start = performance.now();
    const lines = locateFindings(findings, many).map(({ at }) => at?.line);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(lines).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 5));
  });
});
