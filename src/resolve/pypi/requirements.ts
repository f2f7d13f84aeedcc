import { McpformError } from '../../model/error.ts';
import { type Marker, parseMarker, printMarker } from './marker.ts';
import { normalizedName } from './project-name.ts';
import { parseSpecifier, printSpecifier, type Specifier } from './specifier.ts';
import { parseVersion } from './version.ts';

/** What a Python project pulls in: the text in the lock folder, read. */
export interface Requirements {
  /** Without `# `, in order. */
  readonly header: readonly string[];
  /** By name; the same name twice only with markers. */
  readonly pinned: readonly Pinned[];
  /** What other machines would need too, and nobody looked up: installing there fails, and does not go on without. */
  readonly leftOut: readonly LeftOut[];
}

export interface Pinned {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly marker: Marker | null;
  /** Hex of SHA-256, sorted: one per file that may be taken. */
  readonly hashes: readonly string[];
  /** The index could not be read: there may be other wheels for other machines. */
  readonly isPartial: boolean;
}

export interface LeftOut {
  readonly name: string;
  readonly specifier: Specifier;
  readonly marker: Marker;
}

const partialMark = '# One wheel only: the index did not say which others there are.';
const leftOutMark = '# Needed on other machines and not looked up: lock with uv to have these too.';

/** The text, sorted: the same requirements give the same bytes. pip and uv read it. */
export function printRequirements({ header, pinned, leftOut }: Requirements): string {
  const lines = [
    ...header.map((line) => `# ${line}`),
    ...[...pinned].sort(byName).flatMap(printPinned),
    ...(leftOut.length === 0 ? [] : [leftOutMark, ...leftOut.map(printLeftOut).sort()]),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Reads the text, strictly: a line that pip would take for an option, an address or a file is RESOLVE_TREE. Whoever
 * can change the lock may choose packages, and nothing else.
 */
export function parseRequirements(text: string): Requirements {
  const header: string[] = [];
  const pinned: Pinned[] = [];
  const leftOut: LeftOut[] = [];
  let isPartial = false;
  for (const line of text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[ \t]*\\\n[ \t]*/g, ' ')
    .split('\n')) {
    if (line === partialMark) {
      isPartial = true;
    } else if (line.startsWith('#')) {
      if (pinned.length === 0 && leftOut.length === 0) header.push(line.slice(1).trim());
    } else if (line.trim() !== '') {
      const entry = parsePinned(line, isPartial) ?? parseLeftOut(line);
      if (entry === null) throw wrong(line);
      if ('hashes' in entry) pinned.push(entry);
      else leftOut.push(entry);
      isPartial = false;
    }
  }
  return { header, pinned, leftOut };
}

const nameShape = '([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\\[[A-Za-z0-9._,-]*\\])?';
const pinnedPattern = new RegExp(
  `^${nameShape}==([A-Za-z0-9.!+_-]+)(?: ?; ?([^#]*?))?((?: --hash=sha256:[0-9a-f]{64})+)$`,
);
const leftOutPattern = new RegExp(`^${nameShape} ?([^;@#]*?) ?; ?([^#]+)$`);

function parsePinned(line: string, isPartial: boolean): Pinned | null {
  const match = pinnedPattern.exec(line);
  if (match === null) return null;
  const [, name = '', version = '', markerText, hashes = ''] = match;
  const marker = markerText === undefined ? null : parseMarker(markerText);
  if (parseVersion(version) === null || (markerText !== undefined && marker === null)) return null;
  const found = [...hashes.matchAll(/[0-9a-f]{64}/g)].map(([hash]) => hash);
  return { name: normalizedName(name), version, marker, hashes: [...new Set(found)].sort(), isPartial };
}

function parseLeftOut(line: string): LeftOut | null {
  const match = leftOutPattern.exec(line);
  if (match === null) return null;
  const [, name = '', range = '', markerText = ''] = match;
  const marker = parseMarker(markerText);
  const specifier = range === '' ? [] : parseSpecifier(range);
  return marker === null || specifier === null ? null : { name: normalizedName(name), specifier, marker };
}

function printPinned({ name, version, marker, hashes, isPartial }: Pinned): readonly string[] {
  const condition = marker === null ? '' : ` ; ${printMarker(marker)}`;
  const lines = [
    `${name}==${version}${condition}`,
    ...[...hashes].sort().map((hash) => `    --hash=sha256:${hash}`),
  ];
  return [...(isPartial ? [partialMark] : []), lines.join(' \\\n')];
}

function printLeftOut({ name, specifier, marker }: LeftOut): string {
  return `${name}${printSpecifier(specifier)} ; ${printMarker(marker)}`;
}

function byName(a: Pinned, b: Pinned): number {
  const [one, other] = [a, b].map(
    ({ name, version, marker }) => `${name} ${marker === null ? '' : printMarker(marker)} ${version}`,
  ) as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
}

function wrong(line: string): McpformError {
  return new McpformError(
    'RESOLVE_TREE',
    `a line of the requirements is not a pin with hashes: ${JSON.stringify(line.slice(0, 120))}`,
    {
      hint: 'restore the file from Git, or run `mcpform lock --update`',
    },
  );
}
