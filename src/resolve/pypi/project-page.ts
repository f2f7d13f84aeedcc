import { isJsonObject, type Json } from '../../model/json.ts';
import { parseVersion, type Version } from './version.ts';

/** What one index says of a project. */
export interface ProjectPage {
  readonly wheels: readonly IndexFile[];
  /** Source archives: known by their hashes, never built, never installed. */
  readonly sources: readonly IndexFile[];
}

/** One file as an index lists it. */
export interface IndexFile {
  readonly fileName: string;
  readonly version: Version;
  /** As the file name has it. */
  readonly versionText: string;
  /** Hex; null when the index has no SHA-256 of it. */
  readonly sha256: string | null;
  /** Why it was withdrawn, perhaps empty; null when it was not. */
  readonly yanked: string | null;
  /** Range of Python versions; null when it says none. */
  readonly requiresPython: string | null;
  /** ISO 8601 UTC; null where the index does not say (PEP 700). */
  readonly uploadedAt: string | null;
}

export const PAGE_TYPES =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

type File = Omit<IndexFile, 'version' | 'versionText'>;

/** A project's page, JSON (PEP 691) or HTML (PEP 503). Null for a page that is neither. */
export function readProjectPage(text: string, contentType: string): ProjectPage | null {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const files = type.endsWith('json') ? readJson(text) : type.endsWith('html') ? readHtml(text) : null;
  if (files === null) return null;
  return {
    wheels: files.flatMap((file) => withVersion(file, wheelVersion(file.fileName))),
    sources: files.flatMap((file) => withVersion(file, sourceVersion(file.fileName))),
  };
}

function readJson(text: string): readonly File[] | null {
  let page: Json;
  try {
    page = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  const files = isJsonObject(page) ? page['files'] : undefined;
  if (!Array.isArray(files)) return null;
  return (files as readonly Json[]).filter(isJsonObject).map((file) => {
    const { hashes, yanked = false } = file;
    return {
      fileName: textOf(file['filename']) ?? '',
      sha256: isJsonObject(hashes) ? textOf(hashes['sha256']) : null,
      yanked: yanked === false ? null : (textOf(yanked) ?? ''),
      requiresPython: textOf(file['requires-python']),
      uploadedAt: textOf(file['upload-time']),
    };
  });
}

function readHtml(text: string): readonly File[] {
  return [...text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].map(([, attributes = '', content = '']) => {
    const fields = attributesOf(attributes);
    return {
      fileName: unescaped(content).trim(),
      sha256: /#(?:.*&)?sha256=([0-9a-f]{64})/i.exec(fields.get('href') ?? '')?.[1] ?? null,
      yanked: fields.get('data-yanked') ?? null,
      requiresPython: fields.get('data-requires-python') ?? null,
      uploadedAt: null,
    };
  });
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/gi);
  return new Map([...found].map(([, name = '', a, b]) => [name.toLowerCase(), unescaped(a ?? b ?? '')]));
}

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** https://packaging.python.org/specifications/binary-distribution-format: NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl */
function wheelVersion(fileName: string): string | null {
  const parts = fileName.replace(/\.whl$/i, '').split('-');
  const isWheel = /\.whl$/i.test(fileName) && (parts.length === 5 || parts.length === 6);
  return isWheel ? (parts[1] as string).replaceAll('_', '-') : null;
}

/** NAME-VERSION.tar.gz; in older ones the name has hyphens too. */
function sourceVersion(fileName: string): string | null {
  return /-([^-]+)\.(?:tar\.[a-z0-9]+|tgz|zip)$/i.exec(fileName)?.[1] ?? null;
}

function withVersion(file: File, versionText: string | null): readonly IndexFile[] {
  const version = versionText === null ? null : parseVersion(versionText);
  if (versionText === null || version === null) return [];
  const sha256 =
    file.sha256 !== null && /^[0-9a-f]{64}$/i.test(file.sha256) ? file.sha256.toLowerCase() : null;
  return [{ ...file, sha256, uploadedAt: instantOf(file.uploadedAt), version, versionText }];
}

function instantOf(text: string | null): string | null {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
