import type { ParsedYaml } from '../formats/yaml-parse.ts';
import { placeFinder } from '../formats/yaml-position.ts';
import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';

type Code = 'LOCK_CONFLICT' | 'LOCK_INVALID' | 'LOCK_MIXED' | 'LOCK_NEWER';

export interface Problem {
  readonly code: Code;
  readonly path: readonly string[];
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly hint: string;
}

/** Problems as findings with line, column and excerpt, in the order of the file. */
export function locateProblems(
  problems: readonly Problem[],
  { document, source }: Pick<ParsedYaml, 'document' | 'source'>,
  file: string,
): readonly Finding[] {
  const find = document === null ? null : placeFinder(document);
  const located = problems.map(({ code, path, part, message, hint }) => {
    const offset = find?.(path, part).offset ?? 0;
    const at = { file, pointer: toPointer(path), part, ...source.locate(offset) };
    return { offset, finding: { code, severity: 'error', message, hint, at } as const satisfies Finding };
  });
  return located.sort((a, b) => a.offset - b.offset).map(({ finding }) => finding);
}

/** Gives the findings of a text that was made of other lines the places that those had. */
export function moveFindings(
  findings: readonly Finding[],
  lineOf: (line: number) => number,
): readonly Finding[] {
  return findings.map((finding) =>
    finding.at?.line === undefined
      ? finding
      : { ...finding, at: { ...finding.at, line: lineOf(finding.at.line) } },
  );
}

/** What to do about one entry: `path` leads into it. */
export function restoreHint(path: readonly string[]): string {
  const [section = '', name = ''] = path;
  if (section === 'servers' && name !== '') {
    return `restore it from Git, or remove the lines of "${name}" and run \`mcpform lock\``;
  }
  return 'restore it from Git';
}
