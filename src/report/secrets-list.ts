import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { Pointer } from '../model/json.ts';
import type { Emission } from '../model/resource.ts';
import type { BackendName } from '../model/secret.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';
import { showPointer } from './values.ts';
import { count } from './words.ts';

/** What `secrets list` knows; `--json` prints it as it is. */
export interface SecretsList {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** In the manifest's order; behind them what servers take from the environment by the client's own `${NAME}`. */
  readonly secrets: readonly ListedSecret[];
}

export interface ListedSecret {
  /** The manifest's name for it; null for the client's own `${NAME}`. */
  readonly name: string | null;
  /** `backend:key`: what grants and policy are about. */
  readonly locator: string;
  readonly backend: BackendName;
  /** Empty: nothing that is enabled uses it. */
  readonly uses: readonly ListedUse[];
}

export interface ListedUse {
  readonly address: Address;
  readonly pointer: Pointer;
  readonly via: Emission;
  readonly grant: GrantState;
}

/** `older-launch`: granted to this address when something else was launched there, which counts for nothing now. */
export type GrantState = 'granted' | 'older-launch' | 'not-granted';

/** Each secret with where it is, and below it who gets it, and how. */
export function renderSecretsList({ secrets }: SecretsList, options: TextOptions): string {
  const colors = palette(options);
  if (secrets.length === 0) return 'The manifest names no secret.\n';
  const blocks = secrets.map((secret) =>
    [
      ...wrap(`${nameOf(secret)}  ${escapeText(secret.locator)}`, options.width, '', '    '),
      ...(secret.uses.length === 0 ? [`    ${colors.dim('not used')}`] : []),
      ...secret.uses.flatMap((use) => wrap(useWords(use, colors), options.width, '    ', '      ')),
    ].join('\n'),
  );
  return `${[...blocks, '', colors.bold(countLine(secrets))].join('\n')}\n`;
}

/** How people know it: its name, or the client's own spelling. */
function nameOf({ name, locator }: Pick<ListedSecret, 'name' | 'locator'>): string {
  return escapeText(name ?? `\${${locator.slice(locator.indexOf(':') + 1)}}`);
}

function useWords({ address, pointer, via, grant }: ListedUse, colors: Palette): string {
  const granted = grant === 'granted' ? colors.green(GRANT_WORDS[grant]) : colors.yellow(GRANT_WORDS[grant]);
  return `${escapeText(address)}  ${showPointer(pointer)}, ${VIA_WORDS[via]}: ${granted}`;
}

const GRANT_WORDS: Readonly<Record<GrantState, string>> = {
  granted: 'granted',
  'older-launch': 'granted to an older launch, no longer in force',
  'not-granted': 'not granted',
};

/** Behind a place: how the secret gets there. */
export const VIA_WORDS: Readonly<Record<Emission, string>> = {
  reference: 'expanded by the client',
  wrapper: 'through mcpform exec',
  plaintext: "in clear in the client's file",
  file: 'in a file',
  environment: 'in its environment, which `docker inspect` shows',
};

function countLine(secrets: readonly ListedSecret[]): string {
  const uses = secrets.flatMap((secret) => secret.uses);
  const open = uses.filter(({ grant }) => grant !== 'granted').length;
  const unused = secrets.filter((secret) => secret.uses.length === 0).length;
  const terms = [
    count(secrets.length, 'secret'),
    ...(open === 0 ? [] : [`${open} of ${count(uses.length, 'use')} not granted`]),
    ...(unused === 0 ? [] : [`${unused} not used`]),
  ];
  return `${terms.join(', ')}.`;
}
