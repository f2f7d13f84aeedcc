import { printMembers } from '../formats/yaml-print.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Lock, OfferPin, Pin, SharedOwnership } from '../model/lock.ts';
import { offerFacts, ownershipFacts, pinFacts } from './entry-facts.ts';

/**
 * The lock's one text: keys sorted, block style, one fact per line. Fields of a newer mcpform are written back.
 * Printing what was parsed from this text gives the same bytes.
 *
 * Made for plain `git merge`, which takes two insertions for a conflict unless a line of both sides lies between
 * them: one line per letter stands between servers whose names differ in it, also while the lock is empty, and an
 * empty line after each entry parts what is added from what is changed above it.
 */
export function printLock(lock: Lock): string {
  const sections = new Map(
    Object.entries(lock.unknown).map(([key, value]) => [key, unknownSection(key, value)]),
  );
  const hasOwnership = Object.keys(lock.ownership).length > 0;
  const hasServers = Object.keys(lock.servers).length > 0;
  if (hasOwnership) sections.set('ownership', ownershipSection(lock));
  if (Object.keys(lock.offers).length > 0) sections.set('offers', offersSection(lock));
  if (hasServers || sections.size === 0) sections.set('servers', serversSection(lock));
  const body = [...sections.keys()].sort().map((key) => sections.get(key));
  return `${HEAD}${body.join('')}`.replace(/\n+$/, '\n');
}

const HEAD = '# Written by mcpform; commit it beside the manifest.\napiVersion: mcpform/v1\nkind: Lock\n';

/** What names of servers start with. */
const INITIALS = ['0-9', ...'abcdefghijklmnopqrstuvwxyz'];

function serversSection({ servers }: Lock): string {
  return `servers: # the letters keep apart what two branches add, so that Git merges it\n${index(servers, printPin)}`;
}

function offersSection({ offers }: Lock): string {
  const print = (server: string, offer: OfferPin): string => printEntry(server, offerFacts(server, offer));
  return `offers: # what each server told its clients when somebody recorded it\n${index(offers, print)}`;
}

function index<Entry>(
  entries: Readonly<Record<string, Entry>>,
  print: (server: string, entry: Entry) => string,
): string {
  const servers = Object.entries(entries).sort(([a], [b]) => byName(a, b));
  const lines = INITIALS.map((initial) => {
    const own = servers.filter(([server]) => initialOf(server) === initial);
    return `  # ${initial}\n${own.map(([server, entry]) => print(server, entry)).join('')}`;
  });
  return lines.join('');
}

function initialOf(name: string): string {
  const initial = name.charAt(0).toLowerCase();
  return /[0-9]/.test(initial) ? '0-9' : initial;
}

function byName(a: string, b: string): number {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  if (one !== other) return one < other ? -1 : 1;
  return a < b ? -1 : 1;
}

function printPin(server: string, pin: Pin): string {
  const text = printEntry(server, pinFacts(server, pin));
  if (pin.kind !== 'image' || !/^[0-9]/.test(pin.image)) return text;
  // `127.0.0.1:5000/x@sha256:…` needs no quotes to be text, and the manifest has none either.
  return text.replace(`"${pin.image}"`, () => pin.image);
}

function ownershipSection({ ownership }: Lock): string {
  const entries = Object.keys(ownership)
    .sort()
    .map((address) => printEntry(address, ownershipFacts(address, ownership[address] as SharedOwnership)));
  return `ownership:\n${entries.join('')}`;
}

function printEntry(name: string, facts: JsonObject): string {
  return `${printMembers({ [name]: facts }, { ...LAYOUT, indent: '  ' })}\n`;
}

const LAYOUT = { indent: '', step: '  ', eol: '\n' };

function unknownSection(key: string, value: Json): string {
  return printMembers({ [key]: sorted(value) }, LAYOUT);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] as Json)]));
}
