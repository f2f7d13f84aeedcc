import { parseYaml } from '../formats/yaml-parse.ts';
import { type PlaceFinder, placeFinder } from '../formats/yaml-position.ts';
import type { YamlText } from '../formats/yaml-text.ts';
import type { At, Finding } from '../model/finding.ts';
import { fromPointer } from '../model/json.ts';
import type { Source } from './read-stack.ts';

/**
 * Fills in line, column and excerpt of findings that have only a pointer into one of the sources. When the
 * named file does not have the place, the last file that has it is named instead: rooms that work on the merged
 * manifest cannot know. Parses each file at most once, and none when there is nothing to fill in.
 */
export function locateFindings(findings: readonly Finding[], sources: readonly Source[]): readonly Finding[] {
  const paths = new Set(sources.map(({ path }) => path));
  const opened = new Map<Source, Opened>();
  const open = (source: Source): Opened => {
    const known = opened.get(source) ?? openSource(source);
    opened.set(source, known);
    return known;
  };
  const isOpen = ({ at }: Finding): boolean =>
    at?.pointer !== undefined && at.line === undefined && paths.has(at.file);
  if (!findings.some(isOpen)) return findings;
  for (const { code, at } of findings) {
    if (at !== undefined && OF_LITERALS.has(code)) hideValue(at, sources, open);
  }
  return findings.map((finding) =>
    isOpen(finding) ? { ...finding, at: locate(finding.at as At, sources, open) } : finding,
  );
}

/** What these are about shows in no excerpt. */
const OF_LITERALS: ReadonlySet<Finding['code']> = new Set([
  'MANIFEST_LITERAL_SECRET',
  'CHECK_LITERAL_SECRET',
]);

interface Opened {
  readonly text: YamlText;
  /** Null when the file is not YAML. */
  readonly find: PlaceFinder | null;
}

function openSource({ bytes, path }: Source): Opened {
  const { document, source } = parseYaml(bytes, path);
  return { text: source, find: document === null ? null : placeFinder(document) };
}

/** A credential shows in no excerpt, whichever finding is on its lines. */
function hideValue(at: At, sources: readonly Source[], open: (source: Source) => Opened): void {
  for (const source of sources) {
    const { find, text } = open(source);
    const place = find?.(fromPointer(at.pointer ?? ''), 'value');
    if (place?.isExact !== true) continue;
    const value = text.text.slice(place.offset, place.end);
    if (!/^["']?(?:\$\{[^{}]*\})+["']?$/.test(value)) text.hide(place.offset, place.end);
  }
}

function locate(at: At, sources: readonly Source[], open: (source: Source) => Opened): At {
  const path = fromPointer(at.pointer ?? '');
  // The named file first, then the last: a later file wins when files are merged.
  const named = sources.filter((source) => source.path === at.file);
  let nearest: At | null = null;
  for (const source of [...named, ...sources.toReversed()]) {
    const { find, text } = open(source);
    if (find === null) continue;
    const { offset, isExact } = find(path, at.part ?? 'value');
    const located = { ...at, file: source.path, ...text.locate(offset) };
    if (isExact) return located;
    nearest ??= located;
  }
  return nearest ?? at;
}
