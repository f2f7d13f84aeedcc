import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { JsonObject } from '../model/json.ts';
import { count } from './words.ts';

/** A credential that was found, or moved: never its value. */
export interface LiteralPlace {
  readonly server: string;
  readonly pointer: string;
}

/** A credential that is in a backend now. */
export interface MovedLiteral {
  readonly name: string;
  readonly literal: LiteralPlace;
  /** As the manifest has it: the backend, and where in it. */
  readonly declaration: JsonObject;
}

export function importedWords(
  addresses: readonly Address[],
  file: string,
  moved: readonly MovedLiteral[] = [],
): string {
  if (addresses.length === 0) return 'There is nothing to import.\n';
  return `${count(addresses.length, 'entry')} imported into ${escapeText(file)}:\n${list(addresses)}${movedWords(moved)}`;
}

/** Asked on a terminal, right before the answer. */
export function literalsQuestion(literals: readonly LiteralPlace[], backends: readonly string[]): string {
  const places = literals.map(({ server, pointer }) => `  ${escapeText(server)}: ${escapeText(pointer)}\n`);
  return `\n${count(literals.length, 'value')} in the client ${literals.length === 1 ? 'looks like a credential' : 'look like credentials'}:
${places.join('')}
They can be moved where they are safe; the manifest then says where, and the next apply takes them out of the client.
Where to (${backends.join(', ')})? Enter leaves them where they are: `;
}

/** The same for machines; nothing when nothing was moved. */
export function movedJson(moved: readonly MovedLiteral[]): JsonObject {
  if (moved.length === 0) return {};
  const items = moved.map(({ name, literal, declaration }) => {
    const { server, pointer } = literal;
    return { secret: name, server, pointer, declaration };
  });
  return { moved: items };
}

function movedWords(moved: readonly MovedLiteral[]): string {
  if (moved.length === 0) return '';
  const lines = moved.map(({ name, literal, declaration }) => {
    const backend = Object.keys(declaration).join();
    return `  ${escapeText(literal.server)}: ${escapeText(literal.pointer)} -> \${secret.${escapeText(name)}} (${escapeText(backend)})\n`;
  });
  return `${count(moved.length, 'credential')} moved:\n${lines.join('')}They stay in the client until \`mcpform apply\` puts references there. Replace them where they were issued if others could read that file.\n`;
}

export function initWords(
  file: string,
  imported: readonly Address[],
  moved: readonly MovedLiteral[] = [],
): string {
  const what =
    imported.length === 0
      ? ''
      : ` with ${count(imported.length, 'entry')} of Claude Code:\n${list(imported)}`;
  const next = imported.length === 0 ? 'Add a server, then run `mcpform plan`.\n' : 'Run `mcpform plan`.\n';
  return `Wrote ${escapeText(file)}${what === '' ? '.\n' : what}${movedWords(moved)}${next}`;
}

function list(addresses: readonly Address[]): string {
  return addresses.map((address) => `  ${escapeText(address)}\n`).join('');
}
