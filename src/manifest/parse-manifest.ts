import { parseYaml } from '../formats/yaml-parse.ts';
import { hasErrors } from '../model/finding.ts';
import type { Json } from '../model/json.ts';
import { type ManifestOptions, type ParsedManifest, readStack, type Source } from './read-stack.ts';

/**
 * One or more files, in merge order, as a canonical manifest, with everything that is wrong with them at once.
 * Pure: starts nothing, reads nothing. Never throws for any input. Findings name file and pointer;
 * `locateFindings` turns them into lines when they are shown.
 */
export function parseManifest(sources: readonly Source[], options: ManifestOptions): ParsedManifest {
  const parsed = sources.map(({ path, bytes }) => parseYaml(bytes, path));
  const findings = parsed.flatMap((each) => each.findings);
  if (hasErrors(findings)) return { manifest: null, findings };
  const documents = parsed.map((each) => each.value as Json);
  return readStack(documents, sources, options, findings);
}
