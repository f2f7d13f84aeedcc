import { relative } from 'node:path';
import { escapeText } from '../formats/escape.ts';
import type { At, Finding, Severity } from '../model/finding.ts';
import { type Palette, paintSeverity, palette, type TextOptions, wrap } from './style.ts';
import { count } from './words.ts';

export interface FindingsTextOptions extends TextOptions {
  /** Shortens paths below it. */
  readonly cwd?: string;
}

/** All findings for people, each with its place, the line itself and what to do. Empty when there are none. */
export function renderFindings(findings: readonly Finding[], options: FindingsTextOptions): string {
  const colors = palette(options);
  return findings.map((finding) => `${renderOne(finding, options, colors)}\n`).join('\n');
}

/** `2 errors, 1 warning`; empty when there are none. */
export function findingsLine(findings: readonly Finding[]): string {
  const severities: readonly Severity[] = ['error', 'warning'];
  return severities
    .map((severity) => ({ severity, number: findings.filter((f) => f.severity === severity).length }))
    .filter(({ number }) => number > 0)
    .map(({ severity, number }) => count(number, severity))
    .join(', ');
}

/** For machines: the findings as they are, under the document's own version. */
export function renderFindingsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ formatVersion: '1.0', findings }, null, 2)}\n`;
}

function renderOne(finding: Finding, options: FindingsTextOptions, colors: Palette): string {
  const paint = paintSeverity(finding.severity, colors);
  const title = `${finding.severity}[${finding.code}]: `;
  const [first = '', ...rest] = wrap(escapeText(finding.message), options.width, title, '  ');
  const gutter = ' '.repeat(String(finding.at?.line ?? '').length + 1);
  return [
    colors.bold(paint(title.trimEnd())) + colors.bold(first.slice(title.length - 1)),
    ...rest.map((line) => colors.bold(line)),
    ...place(finding, gutter, options, colors),
    ...excerpt(finding.at, gutter, options, paint, colors),
    ...hint(finding, gutter, options, colors),
  ].join('\n');
}

function place(
  { at, address }: Finding,
  gutter: string,
  options: FindingsTextOptions,
  colors: Palette,
): readonly string[] {
  const arrow = `${gutter.slice(1)}${colors.blue('-->')} `;
  if (at === undefined) return address === undefined ? [] : [`${arrow}${escapeText(address)}`];
  return [`${arrow}${escapeText(position(at, options.cwd))}`];
}

/** `mcp.yaml:12:5`, or as much of it as is known. */
export function position(at: At, cwd?: string): string {
  const file = shorten(at.file, cwd);
  if (at.line !== undefined) return `${file}:${at.line}${at.column === undefined ? '' : `:${at.column}`}`;
  return at.pointer === undefined || at.pointer === '' ? file : `${file} at ${at.pointer}`;
}

function shorten(file: string, cwd: string | undefined): string {
  if (cwd === undefined) return file;
  const short = relative(cwd, file);
  return short === '' || short.startsWith('..') ? file : short;
}

/** The line and a caret under the column, both cut to the width around it. */
function excerpt(
  at: At | undefined,
  gutter: string,
  { width }: TextOptions,
  paint: (text: string) => string,
  colors: Palette,
): readonly string[] {
  if (at?.excerpt === undefined || at.line === undefined) return [];
  const column = Math.max(1, at.column ?? 1);
  const before = escapeText(at.excerpt.slice(0, column - 1).replaceAll('\t', ' '));
  const after = escapeText(at.excerpt.slice(column - 1).replaceAll('\t', ' '));
  const room = Math.max(20, (width ?? 160) - gutter.length - 3);
  const cut = Math.max(0, before.length - Math.floor(room / 2));
  const lead = cut === 0 ? before : `…${before.slice(cut + 1)}`;
  const line = lead + after;
  const shown = line.length > room ? `${line.slice(0, room - 1)}…` : line;
  const bar = colors.blue('|');
  const caret = at.column === undefined ? [] : [`${gutter}${bar} ${' '.repeat(lead.length)}${paint('^')}`];
  return [`${gutter}${bar}`, `${colors.blue(String(at.line))} ${bar} ${shown}`.trimEnd(), ...caret];
}

function hint(finding: Finding, gutter: string, { width }: TextOptions, colors: Palette): readonly string[] {
  if (finding.hint === undefined) return [];
  const title = `${gutter}= hint: `;
  const lines = wrap(escapeText(finding.hint), width, title, ' '.repeat(title.length));
  return lines.map((line) => line.replace('= hint:', () => `${colors.blue('=')} ${colors.bold('hint:')}`));
}
