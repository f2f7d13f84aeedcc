import type { Code } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { fromPointer } from '../../model/json.ts';
import { CHECKS } from './table.ts';

const SAYS: ReadonlyMap<Code, Code> = new Map(
  CHECKS.flatMap(({ code, says }) => (says === undefined ? [] : [[code, says] as const])),
);

/**
 * The findings without those that a check says too, of the same server: the check's has a level that a policy chose.
 * An error stays: it says why something cannot be done, so the check that only warns of the same goes.
 */
export function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const said = placesBy(
    findings.filter(({ code }) => SAYS.has(code)),
    ({ code }) => SAYS.get(code) as Code,
  );
  if (said.size === 0) return findings;
  const failed = placesBy(
    findings.filter(({ severity }) => severity === 'error'),
    ({ code }) => code,
  );
  return findings.filter((finding) => {
    if (finding.severity === 'error') return true;
    const says = SAYS.get(finding.code);
    return says === undefined ? !said.has(keyOf(finding.code, finding)) : !failed.has(keyOf(says, finding));
  });
}

function placesBy(findings: readonly Finding[], codeOf: (finding: Finding) => Code): ReadonlySet<string> {
  return new Set(findings.map((finding) => keyOf(codeOf(finding), finding)));
}

/** By server, or whatever else is named so. */
function keyOf(code: Code, { at }: Finding): string {
  return `${code} ${fromPointer(at?.pointer ?? '')
    .slice(0, 2)
    .join(' ')}`;
}
