import { escapeText } from '../formats/escape.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import { count } from './words.ts';

/** `state list`: one address per line, what is special about it behind. */
export function stateListWords(entries: readonly InventoryEntry[], pending: number): string {
  if (entries.length === 0 && pending === 0) return 'Nothing is managed yet.\n';
  const lines = entries.map(({ address, adopted, protect }) => {
    const notes = [adopted ? 'adopted' : '', protect ? 'protected' : ''].filter((note) => note !== '');
    return `${escapeText(address)}${notes.length === 0 ? '' : `  # ${notes.join(', ')}`}`;
  });
  const tail =
    pending === 0 ? [] : [`# ${count(pending, 'interrupted step')} to settle: the next apply looks`];
  return `${[...lines, ...tail].join('\n')}\n`;
}

export function stateRemovedWords(addresses: readonly string[]): string {
  return `Dropped ${addresses.map(escapeText).join(', ')} from the books. What is there was not touched.\n`;
}

export function stateMovedWords(from: string, to: string): string {
  return `The books now know ${escapeText(from)} as ${escapeText(to)}. Nothing else was touched.\n`;
}

export function booksMovedWords(from: string, to: string): string {
  return from === to
    ? `The books in ${escapeText(to)} now belong to this manifest.\n`
    : `The books moved from ${escapeText(from)} to ${escapeText(to)}.\n`;
}

/** `resumed`: what the loop takes up again; `*` is all of the stack. `suspended`: what it still leaves alone. */
export function resumeWords(
  generation: number | null,
  resumed: readonly string[],
  suspended: readonly string[],
): string {
  const hold =
    generation === null
      ? []
      : [
          `The hold since the rollback to generation ${generation} is over. The next apply follows the manifest.`,
        ];
  const names = resumed.map((address) => (address === '*' ? 'the stack as a whole' : escapeText(address)));
  const loop = names.length === 0 ? [] : [`The loop goes on with ${names.join(', ')}.`];
  const still =
    suspended.length === 0
      ? []
      : [
          `Still suspended: ${suspended.map((each) => (each === '*' ? 'everything' : escapeText(each))).join(', ')}.`,
        ];
  const lines = [...hold, ...loop, ...still];
  return `${lines.length === 0 ? 'Nothing was on hold or suspended.' : lines.join('\n')}\n`;
}

export function acceptedWords(from: string, to: string): string {
  return `Commit ${to} may follow ${from}, though history was rewritten. The loop takes it when it looks next.\n`;
}

export function unlockWords(
  holder: 'unreadable' | null | { readonly pid: number; readonly command: string },
): string {
  if (holder === null) return 'The books were not locked.\n';
  if (holder === 'unreadable') return 'Removed a lock that nobody could read.\n';
  return `Removed the lock of "${escapeText(holder.command)}" (process ${holder.pid}).\n`;
}

export function rebuiltWords(
  recorded: readonly string[],
  left: readonly string[],
  setAside: readonly string[],
): string {
  const lines = [
    `The books are new: ${count(recorded.length, 'entry')} found as declared and recorded as adopted.`,
    ...(left.length === 0
      ? []
      : [`Not as declared, left for the next plan: ${left.map(escapeText).join(', ')}.`]),
    ...setAside.map((file) => `The old file is kept as ${escapeText(file)}.`),
  ];
  return `${lines.join('\n')}\n`;
}

export function planFileWords(isOurs: boolean): string {
  return isOurs
    ? 'Sealed by this machine: `mcpform apply` takes it as an approval.\n'
    : 'Not sealed by this machine: it is displayed, and approves nothing here.\n';
}

export function rebuildQuestion(folder: string): string {
  return `Set the books in ${escapeText(folder)} aside and make new ones from what is there? Only "yes" is a yes: `;
}
