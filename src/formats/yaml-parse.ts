import type { Finding } from '../model/finding.ts';
import type { Json } from '../model/json.ts';
import { composeYaml, type YamlDocument } from './yaml-compose.ts';
import { decodeYaml, type YamlProblem } from './yaml-decode.ts';
import { type YamlText, yamlText } from './yaml-text.ts';
import { yamlValue } from './yaml-value.ts';

export interface ParsedYaml {
  /** Absent when there are errors: what was read so far means nothing then. */
  readonly value?: Json;
  /** With positions and excerpts. */
  readonly findings: readonly Finding[];
  /** The text with its comments and positions; null when it is not YAML. */
  readonly document: YamlDocument | null;
  readonly source: YamlText;
}

/**
 * One file of plain YAML 1.2 as JSON: UTF-8 (a byte order mark and CRLF are accepted), one document, text keys,
 * no duplicates, directives, custom tags or merge keys. Bounded in size, depth and alias expansion, so that no
 * input hangs, exhausts the stack or memory, or throws. `file` is only named in findings.
 */
export function parseYaml(bytes: Uint8Array, file: string): ParsedYaml {
  const decoded = decodeYaml(bytes);
  // A text that is refused is still needed to say where; size and encoding have no place in it.
  if ('problem' in decoded) {
    const isLocated = decoded.problem.offset !== undefined;
    const source = yamlText(isLocated ? new TextDecoder().decode(bytes) : '');
    return { findings: [toFinding(decoded.problem, file, source)], document: null, source };
  }
  const source = yamlText(decoded.text);
  const document = composeYaml(decoded.text);
  if ('code' in document) return { findings: [toFinding(document, file, source)], document: null, source };
  const { value, problems } = yamlValue(document);
  const findings = [
    ...problems.map((problem) => toFinding(problem, file, source)),
    ...findBidi(source, file),
  ];
  return problems.length === 0 ? { value, findings, document, source } : { findings, document, source };
}

function toFinding(problem: YamlProblem, file: string, source: YamlText): Finding {
  const { code, message, hint, offset } = problem;
  const at = offset === undefined ? { file } : { file, ...source.locate(offset) };
  return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }), at };
}

/** Text that reads differently from what it means hides a change from the one who reviews it. */
function findBidi({ text, locate }: YamlText, file: string): readonly Finding[] {
  const offset = text.search(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  if (offset === -1) return [];
  return [
    {
      code: 'YAML_BIDI',
      severity: 'warning',
      message:
        'the text has characters that change its reading direction, so it may mean something else than it shows',
      hint: 'remove them, or write them as escapes in double quotes',
      at: { file, ...locate(offset) },
    },
  ];
}
