import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { AnyLaunchRecord } from '../model/launch.ts';
import { isCommandLaunch, isHeadersLaunch, isImageLaunch } from '../model/launch.ts';
import type { Desired, SecretUse } from '../model/resource.ts';
import { templateText } from '../model/template.ts';
import { VIA_WORDS } from './secrets-list.ts';
import { type TextOptions, wrap } from './style.ts';
import { showPointer } from './values.ts';
import { count } from './words.ts';

/** What `grant add` did; `--json` prints it as it is. */
export interface GrantsAdded {
  readonly formatVersion: '1.0';
  readonly address: Address;
  readonly granted: readonly { readonly name: string | null; readonly locator: string }[];
  /** Granted to it before, as it is now. */
  readonly already: readonly { readonly name: string | null; readonly locator: string }[];
}

/** What is launched there, and what it would receive: what a person has to see before saying yes. */
export function renderGrantOffer(
  desired: Desired,
  uses: readonly SecretUse[],
  { width }: TextOptions,
): string {
  const lines = [
    ...wrap(`${escapeText(desired.address)} ${launchWords(desired)}`, width, '', '    '),
    ...uses.flatMap((use) => wrap(`+ ${useWords(use)}`, width, '  ', '      ')),
  ];
  return `${lines.join('\n')}\n`;
}

function useWords({ name, locator, pointer, via }: SecretUse): string {
  const what = name === undefined ? escapeText(locator) : `${escapeText(name)}  ${escapeText(locator)}`;
  return `${what}  as ${showPointer(pointer)}, ${VIA_WORDS[via]}`;
}

function launchWords(desired: Desired): string {
  if (desired.launch !== undefined) return recordWords(desired.launch);
  if (desired.pin !== undefined) return `runs ${escapeText(desired.pin.name)}`;
  if (desired.kind === 'container') return `runs ${escapeText(desired.container.image)}`;
  if (desired.kind !== 'entry') return '';
  const { command, args, url } = desired.spec;
  if (url !== undefined) return `calls ${escapeText(templateText(url))}`;
  return `starts ${commandWords(command === undefined ? [] : [command, ...args])}`;
}

function recordWords(launch: AnyLaunchRecord): string {
  if (isImageLaunch(launch)) return `starts ${escapeText(launch.container.image)}`;
  if (isCommandLaunch(launch)) return `starts ${commandWords([launch.command, ...launch.args])}`;
  if (isHeadersLaunch(launch)) return `calls ${escapeText(templateText(launch.url))}`;
  return `starts ${escapeText(launch.pin.package)}`;
}

function commandWords(words: readonly Parameters<typeof templateText>[0][]): string {
  return escapeText(words.map(templateText).join(' '));
}

export function grantQuestion(address: Address, secrets: number): string {
  return `Grant ${count(secrets, 'secret')} to ${escapeText(address)} as it is now? Only "yes" does it: `;
}

export function renderGrantsAdded(
  { address, granted, already }: GrantsAdded,
  { width }: TextOptions,
): string {
  const words = (list: GrantsAdded['granted']): string =>
    list.map(({ name, locator }) => (name === null ? escapeText(locator) : escapeText(name))).join(', ');
  const lines = [
    ...(granted.length === 0 ? [] : [`Granted to ${escapeText(address)}: ${words(granted)}.`]),
    ...(already.length === 0 ? [] : [`Granted to ${escapeText(address)} before: ${words(already)}.`]),
  ];
  return `${lines.flatMap((line) => wrap(line, width, '', '    ')).join('\n')}\n`;
}
