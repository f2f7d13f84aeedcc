import { escapeText } from '../formats/escape.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { findingsLine, position, renderFindings } from './findings.ts';
import { fence, folded } from './markdown-code.ts';
import type { Detail } from './plan-sections.ts';
import { count } from './words.ts';

interface Options {
  readonly detail: Detail;
  readonly cwd?: string;
}

/** What is wrong or risky, errors first: in full, a line each, or only how many. */
export function findingsBlock(findings: readonly Finding[], { detail, cwd }: Options): readonly string[] {
  if (findings.length === 0) return [];
  const all = findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
  const where = cwd === undefined ? {} : { cwd };
  switch (detail) {
    case 'values':
    case 'risky-values':
      return [
        block(all, MAX_FULL, (shown) => {
          return renderFindings(shown, { color: false, width: 100, ...where }).trimEnd();
        }),
      ];
    case 'lines':
      return [block(all, MAX_LINES, (shown) => shown.map((finding) => line(finding, cwd)).join('\n'))];
    case 'risky-lines':
      return [block(all, MAX_FEW, (shown) => shown.map((finding) => line(finding, cwd)).join('\n'))];
    case 'names':
      return [`_${title(all)}: see the full plan._`];
  }
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

const MAX_FULL = 50;
const MAX_LINES = 50;
const MAX_FEW = 10;

function block(
  all: readonly Finding[],
  max: number,
  render: (findings: readonly Finding[]) => string,
): string {
  const cut = all.length - max;
  const more = cut > 0 ? `\n\n_${cut} more not shown: see the full plan._` : '';
  return folded(title(all), fence(render(all.slice(0, max))) + more, true);
}

function title(findings: readonly Finding[]): string {
  return findingsLine(findings) || count(findings.length, 'note');
}

/** `error[CODE] message (mcp.yaml:12:5)` */
function line({ severity, code, message, at }: Finding, cwd: string | undefined): string {
  const place = at === undefined ? '' : ` (${escapeText(position(at, cwd))})`;
  return `${severity}[${code}] ${escapeText(message)}${place}`;
}
