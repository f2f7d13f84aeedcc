import { escapeText } from '../formats/escape.ts';
import type { Code } from '../model/codes.ts';
import type { Release } from '../model/resolver.ts';
import { palette, type TextOptions } from './style.ts';
import { count } from './words.ts';

/** What `outdated` found; `--json` prints it as it is. */
export interface OutdatedReport {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** ISO 8601 UTC: what ages are counted from. */
  readonly now: string;
  /** Every server that was looked up, in the manifest's order. */
  readonly servers: readonly OutdatedServer[];
}

export interface OutdatedServer {
  readonly server: string;
  /** What the manifest calls it: `npm:NAME`, the image's name. */
  readonly name: string;
  readonly current: Release | null;
  /** The newest that the manifest allows; null when that is the current one. */
  readonly wanted: Release | null;
  /** The newest there is; null when that is the current one, or cannot be told. */
  readonly latest: Release | null;
  /** A local image, which no registry has. */
  readonly isLocal?: true;
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}

export function isOutdated({ wanted, latest }: OutdatedServer): boolean {
  return wanted !== null || latest !== null;
}

/** A table of what could be newer, with ages; what could not be looked up; one line that counts. */
export function renderOutdated(report: OutdatedReport, options: TextOptions): string {
  const colors = palette(options);
  const now = Date.parse(report.now);
  const found = report.servers.filter(isOutdated);
  const rows = [
    ['SERVER', 'NAME', 'CURRENT', 'WANTED', 'LATEST'],
    ...found.map(({ server, name, current, wanted, latest }) => [
      escapeText(server),
      escapeText(name),
      cell(current, now),
      cell(wanted, now),
      cell(latest, now),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...rows.map((row) => (row[at] as string).length)));
  const table = rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] as number))
      .join('  ')
      .trimEnd(),
  );
  const failed = report.servers.flatMap(({ server, error }) =>
    error === undefined ? [] : [`! ${escapeText(server)}: ${escapeText(error.message)} [${error.code}]`],
  );
  const sections = [
    found.length > 0 ? [colors.bold(table[0] as string), ...table.slice(1)].join('\n') : '',
    failed.join('\n'),
    colors.bold(outdatedLine(report, found.length, failed.length)),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function cell(release: Release | null, now: number): string {
  if (release === null) return '-';
  const age = release.publishedAt === null ? '' : ` (${ageOf(now - Date.parse(release.publishedAt))})`;
  return `${escapeText(release.version)}${age}`;
}

/** `3 h`, `12 d`, `5 mo`, `2 y`: the largest unit that fits. */
export function ageOf(ms: number): string {
  const hours = Math.max(0, Math.floor(ms / 3_600_000));
  const days = Math.floor(hours / 24);
  if (days < 1) return `${hours} h`;
  if (days < 60) return `${days} d`;
  return days < 730 ? `${Math.floor(days / 30)} mo` : `${Math.floor(days / 365)} y`;
}

function outdatedLine({ servers }: OutdatedReport, found: number, failed: number): string {
  const local = servers.filter(({ isLocal }) => isLocal === true).length;
  const looked = servers.length - failed - local;
  const unknown = [
    failed === 0 ? '' : `, ${failed} could not be looked up`,
    local === 0 ? '' : `, ${count(local, 'local image')} in no registry`,
  ].join('');
  if (servers.length === 0) return 'No server is a package or an image.';
  return `${found} of ${count(looked, 'server')} could be newer${unknown}.`;
}
