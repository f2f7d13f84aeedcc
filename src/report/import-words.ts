import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import { count } from './words.ts';

export function importedWords(addresses: readonly Address[], file: string): string {
  if (addresses.length === 0) return 'There is nothing to import.\n';
  return `${count(addresses.length, 'entry')} imported into ${escapeText(file)}:\n${list(addresses)}`;
}

export function initWords(file: string, imported: readonly Address[]): string {
  const what =
    imported.length === 0
      ? ''
      : ` with ${count(imported.length, 'entry')} of Claude Code:\n${list(imported)}`;
  const next = imported.length === 0 ? 'Add a server, then run `mcpform plan`.\n' : 'Run `mcpform plan`.\n';
  return `Wrote ${escapeText(file)}${what === '' ? '.\n' : what}${next}`;
}

function list(addresses: readonly Address[]): string {
  return addresses.map((address) => `  ${escapeText(address)}\n`).join('');
}
