import type { Finding } from '../model/finding.ts';
import type { SourceFile } from './load.ts';

/** Fills in lines and columns. Positions cost a second parse, so only when something lacks them. */
export async function locate(
  findings: readonly Finding[],
  sources: readonly SourceFile[],
): Promise<readonly Finding[]> {
  if (!findings.some(({ at }) => at?.pointer !== undefined && at.line === undefined)) return findings;
  const { locateFindings } = await import('../manifest/locate.ts');
  return locateFindings(findings, sources);
}
