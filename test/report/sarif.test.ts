import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { hostileText, poisoned } from './hostile.ts';
import { samplePlan } from './sample-plan.ts';

const options = { version: '0.1.0', root: '/repo', label: 'team' };

const resultsOf = (findings: readonly Finding[]) => renderSarif(findings, options).runs[0].results;

const unpinned = (line: number, more: Partial<Finding> = {}): Finding => ({
  code: 'LOCK_STALE',
  severity: 'warning',
  message: 'not locked',
  at: { file: '/repo/a b/mcp.yaml', pointer: '/servers/x/image', line, column: 5, excerpt: '    image: x:1' },
  ...more,
});

describe('findings for code scanning', () => {
  it('say which rule, how bad, where, and what to do', async () => {
    const findings = [unpinned(3, { hint: 'run `mcpform lock`' }), ...samplePlan.findings];
    const text = `${JSON.stringify(renderSarif(findings, options), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`${import.meta.dirname}/golden/findings.sarif.json`);
  });

  it('keep their fingerprints when lines move, and have another each', () => {
    const prints = (findings: readonly Finding[]): readonly string[] =>
      resultsOf(findings).map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    const other = { at: { file: '/repo/mcp.yaml', pointer: '/servers/y/image', line: 1 } };
    const before = prints([
      unpinned(3),
      unpinned(3, other),
      unpinned(3, { code: 'LOCK_INVALID' }),
      unpinned(4),
    ]);
    const after = prints([
      unpinned(70),
      unpinned(71, other),
      unpinned(70, { code: 'LOCK_INVALID' }),
      unpinned(90),
    ]);
    expect(after).toEqual(before);
    expect(new Set(before).size).toBe(4);
  });

  it('all have a place in the workspace: GitHub shows no others', () => {
    const places = [undefined, '/etc/passwd', '../x', '/repo/a b/ü#?.yaml'].map((file) => {
      const { at: _, ...finding } = unpinned(3);
      const [result] = resultsOf([file === undefined ? finding : { ...finding, at: { file, line: 7 } }]);
      const { artifactLocation, region } = result?.locations[0].physicalLocation ?? {};
      return `${artifactLocation?.uri}:${region?.startLine}`;
    });
    expect(places).toEqual(['mcp.yaml:1', 'mcp.yaml:1', 'mcp.yaml:1', 'a%20b/%C3%BC%23%3F.yaml:7']);
  });

  it('are no more than GitHub takes, the worst first, and say how many are left out', () => {
    const noise = Array.from({ length: 2_000 }, (_, index) => `${index * 7919}`).join('-');
    const findings = [
      ...Array.from({ length: 30_000 }, (_, index) => unpinned(index + 1, { message: `${index} ${noise}` })),
      unpinned(1, { severity: 'error' }),
    ];
    const log = renderSarif(findings, options);
    const [{ results, invocations }] = log.runs;
    expect(results.length).toBeLessThanOrEqual(25_000);
    expect(results.length).toBeGreaterThanOrEqual(5_000);
    expect(results[0]?.level).toBe('error');
    expect(invocations[0].toolExecutionNotifications?.[0]?.message.text).toBe(
      `${30_001 - results.length} findings left out: there are too many`,
    );
    expect(gzipSync(JSON.stringify(log)).length).toBeLessThan(10_000_000);
  });

  it('have no link, no place outside and no control character whatever a pull request chooses', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { findings } = poisoned(samplePlan, text);
        for (const { message, locations } of renderSarif(findings, { ...options, label: text }).runs[0]
          .results) {
          expect(message.text).not.toMatch(/\]\(|[\p{Cc}\p{Cf}\p{Cs}]/u);
          expect(locations[0].physicalLocation.artifactLocation.uri).not.toMatch(
            /^\/|(?:^|\/)\.\.(?:\/|$)|:/,
          );
        }
      }),
    );
    const huge = poisoned(samplePlan, '`\n'.repeat(5_000_000)).findings;
    expect(JSON.stringify(renderSarif(huge, options)).length).toBeLessThan(10_000);
  });
});
