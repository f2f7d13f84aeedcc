import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { normalizedExtra } from './marker.ts';
import { normalizedName } from './project-name.ts';

/** What pip would install. https://pip.pypa.io/en/stable/reference/installation-report */
export interface Report {
  readonly items: readonly ReportItem[];
  /** The variables of markers, as they are on this machine. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ReportItem {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** Of the wheel pip chose for this machine; hex. */
  readonly sha256: string;
  readonly extras: readonly string[];
  readonly isYanked: boolean;
  /** `Requires-Dist` lines of its metadata. */
  readonly requires: readonly string[];
}

/** Reads a report. Throws for anything in it that is not a wheel from an index with a hash. */
export function readReport(text: string): Report {
  const report = parse(text);
  const { install, environment } = report;
  if (!Array.isArray(install) || !isJsonObject(environment))
    throw unknown('has no "install" and "environment"');
  return {
    items: (install as readonly Json[]).map(readItem),
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
  };
}

function parse(text: string): JsonObject {
  try {
    const report = JSON.parse(text) as Json;
    if (isJsonObject(report)) return report;
  } catch {
    // What is no JSON is told below, with what is no object.
  }
  throw unknown('is no JSON object');
}

function readItem(item: Json): ReportItem {
  const fields = isJsonObject(item) ? item : {};
  const metadata = isJsonObject(fields['metadata'] ?? null) ? (fields['metadata'] as JsonObject) : {};
  const { name, version, requires_dist: requires } = metadata;
  const source = isJsonObject(fields['download_info'] ?? null) ? (fields['download_info'] as JsonObject) : {};
  if (typeof name !== 'string' || typeof version !== 'string')
    throw unknown('has a part without name or version');
  const url = typeof source['url'] === 'string' ? source['url'] : '';
  const sha256 = hashOf(source['archive_info'] ?? null);
  if (fields['is_direct'] === true || !/\.whl$/i.test(new URL(url, 'file:').pathname)) {
    throw new McpformError('RESOLVE_SOURCE', `"${name}" does not come as a wheel from an index`, {
      hint: 'such a dependency would have to be built, which runs its code; ask its publisher for a wheel',
    });
  }
  if (sha256 === null) throw unknown(`has no SHA-256 of "${name}"`);
  return {
    name: normalizedName(name),
    version,
    sha256,
    extras: textsOf(fields['requested_extras']).map(normalizedExtra),
    isYanked: fields['is_yanked'] === true,
    requires: textsOf(requires),
  };
}

/** `hashes` is the newer field, `hash` the one that pip had first. */
function hashOf(archive: Json): string | null {
  if (!isJsonObject(archive)) return null;
  const { hash, hashes } = archive;
  const sha256 = isJsonObject(hashes ?? null) ? (hashes as JsonObject)['sha256'] : undefined;
  const text =
    typeof sha256 === 'string' ? sha256 : typeof hash === 'string' ? hash.replace(/^sha256=/, '') : '';
  return /^[0-9a-f]{64}$/.test(text) ? text : null;
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((each) => typeof each === 'string') : [];
}

function unknown(what: string): McpformError {
  return new McpformError('RESOLVE_TOOL', `the report of pip ${what}`, { hint: 'update pip, or install uv' });
}
