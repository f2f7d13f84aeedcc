import { escapeText } from '../formats/escape.ts';
import type { Code } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import type { PinSummary } from '../model/resource.ts';
import { pinWords } from './pin-words.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';
import { count } from './words.ts';

export type LockResult = 'added' | 'updated' | 'kept' | 'removed' | 'failed';

/** What `lock` did; `--json` prints it as it is. */
export interface LockReport {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** The lock file, absolute. */
  readonly path: string;
  /** Whether the lock is another than before. */
  readonly isChanged: boolean;
  /** In the manifest's order; what was removed comes last. */
  readonly servers: readonly LockedServer[];
  readonly findings: readonly Finding[];
}

export interface LockedServer {
  readonly server: string;
  readonly result: LockResult;
  readonly before: PinSummary | null;
  readonly after: PinSummary | null;
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}

const SYMBOL: Readonly<Record<LockResult, string>> = {
  added: '+',
  updated: '~',
  kept: ' ',
  removed: '-',
  failed: '!',
};

/** One line per server whose pin changed, and the counts. Findings have their own place. */
export function renderLock(report: LockReport, options: TextOptions): string {
  const colors = palette(options);
  const shown = report.servers.filter(({ result }) => result !== 'kept');
  const longest = Math.min(32, Math.max(0, ...shown.map(({ server }) => escapeText(server).length)));
  const lines = shown.flatMap((server) => renderServer(server, longest, { options, colors }));
  return `${[...lines, ...(lines.length > 0 ? [''] : []), colors.bold(lockLine(report))].join('\n')}\n`;
}

function renderServer(
  { server, result, before, after, error }: LockedServer,
  longest: number,
  { options, colors }: { readonly options: TextOptions; readonly colors: Palette },
): readonly string[] {
  const paint = PAINT[result](colors);
  const start = `${paint(SYMBOL[result])} ${escapeText(server).padEnd(longest)}  `;
  if (error === undefined) return [`${start}${pinWords(before, after)}`];
  const indent = ' '.repeat(longest + 4);
  return [
    ...wrap(`${escapeText(error.message)} [${error.code}]`, options.width, start, indent),
    ...(error.hint === undefined
      ? []
      : wrap(escapeText(error.hint), options.width, `${indent}fix: `, `${indent}     `)),
  ];
}

const PAINT: Readonly<Record<LockResult, (colors: Palette) => (text: string) => string>> = {
  added: (colors) => colors.green,
  updated: (colors) => colors.yellow,
  kept: (colors) => colors.dim,
  removed: (colors) => colors.red,
  failed: (colors) => colors.magenta,
};

/** `mcp.lock.yaml: 1 added, 2 updated, 9 unchanged.` */
export function lockLine({ path, servers, isChanged }: LockReport): string {
  const terms: readonly (readonly [LockResult, string])[] = [
    ['added', 'added'],
    ['updated', 'updated'],
    ['removed', 'removed'],
    ['failed', 'failed'],
    ['kept', 'unchanged'],
  ];
  const counts = terms
    .map(([result, words]) => [servers.filter((each) => each.result === result).length, words] as const)
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`);
  const name = escapeText(path.replace(/^.*[/\\]/, ''));
  if (servers.length === 0) return `${name}: nothing to lock; no server is a package or an image.`;
  return `${name} ${isChanged ? 'written' : 'is current'}: ${counts.join(', ')}.`;
}

/** The answer of `lock --check`. */
export function checkWords(path: string, pins: number, isCurrent: boolean): string {
  const name = escapeText(path.replace(/^.*[/\\]/, ''));
  return isCurrent
    ? `${name} is complete and true: ${count(pins, 'pin')}.\n`
    : `${name} is not what the manifest and the registries say; see above.\n`;
}
