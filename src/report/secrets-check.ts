import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { Code } from '../model/codes.ts';
import { countStates } from './count-states.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';

/** What `secrets check` found; `--json` prints it as it is. No value, and nothing that follows from one. */
export interface SecretsCheck {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** In the manifest's order. */
  readonly secrets: readonly CheckedSecret[];
}

export interface CheckedSecret {
  readonly name: string;
  readonly locator: string;
  /** `changed`: it can be had, and is not what was applied last. */
  readonly state: 'ok' | 'changed' | 'failed' | 'not-asked';
  /** Why it was not asked. */
  readonly because?: 'not-granted' | 'not-used';
  /** Of a changed one: who has the old value. */
  readonly addresses?: readonly Address[];
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}

const MARKS: Readonly<Record<CheckedSecret['state'], string>> = {
  ok: 'ok',
  changed: 'changed',
  failed: 'FAILED',
  'not-asked': '-',
};

/** One line per secret, what is to be said of it below, and one line that counts. */
export function renderSecretsCheck({ secrets }: SecretsCheck, options: TextOptions): string {
  const colors = palette(options);
  if (secrets.length === 0) return 'The manifest names no secret.\n';
  const lines = secrets.flatMap((secret) => [
    ...wrap(headOf(secret, colors), options.width, '', INDENT),
    ...wordsBelow(secret).flatMap((text) => wrap(text, options.width, INDENT, `${INDENT}  `)),
  ]);
  return `${[...lines, '', colors.bold(countLine(secrets))].join('\n')}\n`;
}

const INDENT = ' '.repeat(9);

function headOf({ name, locator, state, because }: CheckedSecret, colors: Palette): string {
  const why = because === undefined ? '' : colors.dim(`  (${because.replace('-', ' ')}, not asked)`);
  return `${paint(state, colors)(MARKS[state].padEnd(7))}  ${escapeText(name)}  ${escapeText(locator)}${why}`;
}

function wordsBelow({ addresses = [], error }: CheckedSecret): readonly string[] {
  return [
    ...(addresses.length === 0
      ? []
      : [`is not what was applied last to ${addresses.map(escapeText).join(', ')}: run \`mcpform apply\``]),
    ...(error === undefined ? [] : [`${escapeText(error.message)} [${error.code}]`]),
    ...(error?.hint === undefined ? [] : [`hint: ${escapeText(error.hint)}`]),
  ];
}

function paint(state: CheckedSecret['state'], colors: Palette): (text: string) => string {
  switch (state) {
    case 'ok':
      return colors.green;
    case 'changed':
      return colors.yellow;
    case 'failed':
      return colors.red;
    case 'not-asked':
      return colors.dim;
  }
}

const COUNTED: readonly [CheckedSecret['state'], string][] = [
  ['ok', 'ok'],
  ['changed', 'changed'],
  ['failed', 'failed'],
  ['not-asked', 'not asked'],
];

/** `2 ok, 1 not asked. Name one, or pass --all, to ask it.` */
function countLine(secrets: readonly CheckedSecret[]): string {
  const isAnyLeft = secrets.some(({ state }) => state === 'not-asked');
  return `${countStates(secrets, COUNTED)}.${isAnyLeft ? ' Name one, or pass --all, to ask it.' : ''}`;
}
