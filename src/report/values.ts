import { escapeText } from '../formats/escape.ts';
import { fromPointer, isJsonObject, type Json, type Pointer } from '../model/json.ts';
import type { PathChange } from '../model/plan.ts';

/** A value on one line, as JSON with spaces, every invisible character made visible. */
export function showValue(value: Json): string {
  return escapeText(spaced(value));
}

function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** `/env/GITHUB_TOKEN` → `env.GITHUB_TOKEN`; a key that is no plain word is quoted. */
export function showPointer(pointer: Pointer): string {
  const keys = fromPointer(pointer).map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key)));
  return keys.length === 0 ? '(all of it)' : escapeText(keys.join('.'));
}

/** The two sides of a change in words; null where there is nothing. What may be a key is never there to print. */
export function showSides({ pointer, before, after }: PathChange): {
  before: string | null;
  after: string | null;
} {
  const say = BYTES.test(pointer) ? showBytes : showValue;
  const show = (side: NonNullable<PathChange['before']>, ifHidden: string): string =>
    'hidden' in side ? ifHidden : say(side.value);
  return {
    before: before === undefined ? null : show(before, after === undefined ? '(not shown)' : '(differs)'),
    after: after === undefined ? null : show(after, '(differs)'),
  };
}

/** Limits of a container that are counted in bytes. */
const BYTES = /^\/resources\/(?:memory|memoryReservation|memorySwap|sharedMemory)$/;

const UNITS = ['', 'Ki', 'Mi', 'Gi'];

/** `256Mi`, as a manifest writes it; a number that is no whole one of any unit stays as it is. */
function showBytes(value: Json): string {
  if (typeof value !== 'number' || value <= 0) return showValue(value);
  let amount = value;
  let unit = 0;
  while (amount % 1024 === 0 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount}${UNITS[unit]}`;
}

/** `+`, `~` or `-`: what happens to one value. */
export function changeSymbol({ before, after }: PathChange): '+' | '~' | '-' {
  if (before === undefined) return '+';
  return after === undefined ? '-' : '~';
}
