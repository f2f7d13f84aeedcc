import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Because } from '../model/plan.ts';
import type { LeftContainer } from '../model/sweep.ts';
import { type Palette, palette, type TextOptions } from './style.ts';
import { leftLines } from './sweep.ts';
import { agoWords } from './times.ts';
import { BECAUSE } from './words.ts';

/**
 * How one address stands. `unmanaged`: there, and neither declared nor ours. `pending`: the manifest asks for
 * something that was not applied yet, or an interrupted step waits to be settled.
 */
export type Standing = 'in-sync' | 'drifted' | 'missing' | 'pending' | 'conflict' | 'unmanaged';

export interface AddressStatus {
  readonly address: Address;
  readonly state: Standing;
  /** The reason of the step that a plan has for it; null when it has none. */
  readonly because: Because | null;
  /** Locators of the secrets it receives. */
  readonly secrets: readonly string[];
}

/** What `status` knows. Plain data; `--json` prints it as it is, under its version. */
export interface StatusReport {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** The folder the stack belongs to. */
  readonly root: string;
  /** Git revision of the manifest as it is now; null outside of a repository. */
  readonly revision: string | null;
  /** Which books; null before the first apply. */
  readonly lineage: string | null;
  readonly serial: number;
  readonly lastApply: LastApply | null;
  /** A rollback that holds until `resume`. */
  readonly hold: { readonly generation: number; readonly reason: string } | null;
  /** Sorted by address. */
  readonly resources: readonly AddressStatus[];
  /** Containers of servers over stdio whose launcher is gone; null when no engine was asked, or none answered. */
  readonly leaked: readonly LeftContainer[] | null;
  /** ISO 8601 UTC: what ages are counted from. */
  readonly now: string;
  readonly findings: readonly Finding[];
}

export interface LastApply {
  readonly generation: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly revision: string | null;
}

const STANDINGS: readonly Standing[] = ['in-sync', 'drifted', 'missing', 'pending', 'conflict', 'unmanaged'];

/** The stack, one line per address, and the counts. Findings have their own place. */
export function renderStatus(report: StatusReport, options: TextOptions): string {
  const colors = palette(options);
  const longest = Math.max(0, ...report.resources.map(({ address }) => escapeText(address).length));
  const sections = [
    head(report).join('\n'),
    report.resources.map((resource) => line(resource, longest, colors)).join('\n'),
    leakedLines(report, colors).join('\n'),
    colors.bold(statusLine(report.resources)),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** `3 in-sync, 1 drifted.` */
export function statusLine(resources: readonly Pick<AddressStatus, 'state'>[]): string {
  const terms = STANDINGS.map((state) => ({
    state,
    number: resources.filter((resource) => resource.state === state).length,
  })).filter(({ number }) => number > 0);
  if (terms.length === 0) return 'Nothing is declared and nothing is managed.';
  return `${terms.map(({ state, number }) => `${number} ${state}`).join(', ')}.`;
}

function leakedLines({ leaked, now }: StatusReport, colors: Palette): readonly string[] {
  if (leaked === null || leaked.length === 0) return [];
  const title = 'Containers that are left behind; `mcpform apply --sweep` removes them:';
  return [title, ...leftLines(leaked, Date.parse(now), colors)];
}

function head(report: StatusReport): readonly string[] {
  const { lastApply, hold } = report;
  const books =
    report.lineage === null
      ? 'never applied on this machine'
      : `serial ${report.serial}, lineage ${escapeText(report.lineage)}`;
  const applied =
    lastApply === null
      ? []
      : [
          `applied   generation ${lastApply.generation}${atRevision(lastApply.revision)}, ${agoWords(lastApply.time, Date.parse(report.now))}`,
        ];
  return [
    `stack     ${escapeText(report.stack)}`,
    `root      ${escapeText(report.root)}${atRevision(report.revision)}`,
    `books     ${books}`,
    ...applied,
    ...(hold === null
      ? []
      : [`on hold   since the rollback to generation ${hold.generation}: ${escapeText(hold.reason)}`]),
  ];
}

export function atRevision(revision: string | null): string {
  return revision === null ? '' : ` at ${escapeText(revision).slice(0, 12)}`;
}

function line({ address, state, because, secrets }: AddressStatus, width: number, colors: Palette): string {
  const reason = because === null ? '' : `  ${BECAUSE[because]}`;
  const receives = secrets.length === 0 ? '' : `  [${secrets.map(escapeText).join(', ')}]`;
  const padded = escapeText(address).padEnd(width);
  return `  ${padded}  ${paint(state, colors)(state.padEnd(9))}${reason}${colors.dim(receives)}`.trimEnd();
}

function paint(state: Standing, colors: Palette): (text: string) => string {
  switch (state) {
    case 'in-sync':
      return colors.green;
    case 'drifted':
    case 'missing':
    case 'pending':
      return colors.yellow;
    case 'conflict':
      return colors.magenta;
    case 'unmanaged':
      return colors.dim;
  }
}
