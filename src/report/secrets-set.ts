import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { Pointer } from '../model/json.ts';
import type { Emission } from '../model/resource.ts';
import { type TextOptions, wrap } from './style.ts';

/** What `secrets set` did; `--json` prints it as it is. */
export interface SecretsSet {
  readonly formatVersion: '1.0';
  readonly name: string;
  readonly locator: string;
  /** `unchanged`: it had this value already. */
  readonly result: 'created' | 'replaced' | 'unchanged';
  /** Who has the old value until something is done; empty when nothing changed. */
  readonly uses: readonly StaleUse[];
}

export interface StaleUse {
  readonly address: Address;
  readonly pointer: Pointer;
  readonly via: Emission;
  /** `restart`: the server, by its client. `apply`: it is written, or granted, by apply. */
  readonly needs: 'restart' | 'apply';
}

export function renderSecretsSet(
  { name, locator, result, uses }: SecretsSet,
  { width }: TextOptions,
): string {
  const what = `${escapeText(name)}  ${escapeText(locator)}`;
  const lines = [
    ...wrap(`${what}: ${RESULTS[result]}`, width, '', '    '),
    ...words(uses, 'restart').flatMap((text) => wrap(text, width, '', '    ')),
    ...words(uses, 'apply').flatMap((text) => wrap(text, width, '', '    ')),
  ];
  return `${lines.join('\n')}\n`;
}

const RESULTS: Readonly<Record<SecretsSet['result'], string>> = {
  created: 'written, and read back',
  replaced: 'replaced, and read back',
  unchanged: 'has this value already, so nothing was written',
};

function words(uses: readonly StaleUse[], needs: StaleUse['needs']): readonly string[] {
  const addresses = [...new Set(uses.filter((use) => use.needs === needs).map(({ address }) => address))];
  if (addresses.length === 0) return [];
  const who = addresses.map(escapeText).join(', ');
  return needs === 'restart'
    ? [`Restart in the client, to have it: ${who}`]
    : [`Run \`mcpform apply\`, which hands it to: ${who}`];
}

export function replaceQuestion(name: string): string {
  return `Secret ${escapeText(name)} has another value now. Replace it? Only "yes" does it: `;
}
