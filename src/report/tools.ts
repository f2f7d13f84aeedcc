import { escapeText } from '../formats/escape.ts';
import type { Failure } from '../model/event.ts';
import { type OfferChange, offerChangeText } from '../model/offer-change.ts';
import { countStates } from './count-states.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';
import { count } from './words.ts';

/** What `tools check` and `tools lock` found; `--json` prints it as it is. */
export interface ToolsReport {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** The lock. */
  readonly path: string;
  /** Of `tools lock`: whether the lock was written. */
  readonly isChanged?: boolean;
  /** In the manifest's order. */
  readonly servers: readonly ServerOffer[];
}

export interface ServerOffer {
  readonly server: string;
  /** `new`: the lock says nothing of it. `not-asked`: it is not applied here as it is declared. */
  readonly state: 'same' | 'changed' | 'new' | 'failed' | 'not-asked';
  /** What is another than the lock says. */
  readonly changes: readonly OfferChange[];
  /** Names, sorted; of those that answered. */
  readonly tools?: readonly string[];
  readonly prompts?: readonly string[];
  readonly error?: Failure;
}

const MARKS: Readonly<Record<ServerOffer['state'], string>> = {
  same: 'same',
  changed: 'changed',
  new: 'new',
  failed: 'FAILED',
  'not-asked': '-',
};
const INDENT = ' '.repeat(9);

/** A few lines per server, and one that counts. */
export function renderTools(report: ToolsReport, options: TextOptions): string {
  const { servers, path, isChanged } = report;
  const colors = palette(options);
  if (servers.length === 0) return 'The manifest has no server that could be asked.\n';
  const lines = servers.flatMap((server) => [
    ...wrap(headOf(server, colors), options.width, '', INDENT),
    ...below(server, isChanged !== undefined, colors).flatMap((text) =>
      wrap(text, options.width, INDENT, `${INDENT}  `),
    ),
  ]);
  const written = isChanged === undefined ? '' : ` ${writtenWords(isChanged, path)}`;
  return `${[...lines, '', `${colors.bold(`${countStates(servers, COUNTED)}.`)}${written}`].join('\n')}\n`;
}

function headOf({ server, state, tools, prompts }: ServerOffer, colors: Palette): string {
  const counts = [
    ...(tools === undefined ? [] : [count(tools.length, 'tool')]),
    ...(prompts === undefined || prompts.length === 0 ? [] : [count(prompts.length, 'prompt')]),
  ];
  const beside = counts.length === 0 ? '' : colors.dim(`  ${counts.join(', ')}`);
  return `${paint(state, colors)(MARKS[state].padEnd(7))}  ${escapeText(server)}${beside}`;
}

function below(
  { state, changes, error }: ServerOffer,
  isRecording: boolean,
  colors: Palette,
): readonly string[] {
  if (state === 'not-asked') {
    return [colors.dim('not asked: it is not applied here as it is declared; run `mcpform apply` first')];
  }
  if (state === 'new') return isRecording ? [] : [colors.dim('not recorded: run `mcpform tools lock`')];
  if (error !== undefined) {
    return [
      `${escapeText(error.message)} [${error.code}]`,
      ...(error.detail ?? []).map((line) => colors.dim(escapeText(line))),
      ...(error.hint === undefined ? [] : [`hint: ${escapeText(error.hint)}`]),
    ];
  }
  return changes.map((change) => escapeText(offerChangeText(change)));
}

function paint(state: ServerOffer['state'], colors: Palette): (text: string) => string {
  switch (state) {
    case 'same':
      return colors.green;
    case 'changed':
    case 'new':
      return colors.yellow;
    case 'failed':
      return colors.red;
    case 'not-asked':
      return colors.dim;
  }
}

const COUNTED: readonly [ServerOffer['state'], string][] = [
  ['same', 'same'],
  ['changed', 'changed'],
  ['new', 'new'],
  ['failed', 'failed'],
  ['not-asked', 'not asked'],
];

function writtenWords(isChanged: boolean, path: string): string {
  return isChanged ? `Wrote ${escapeText(path)}.` : 'The lock says so already.';
}
