import { printMembers } from '../formats/yaml-print.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';

/**
 * The lock's one text: keys sorted, block style, one fact per line, so that two branches merge line by line.
 * Fields of a newer mcpform are written back. Printing what was parsed from this text gives the same bytes.
 */
export function printLock(lock: Lock): string {
  const hasOwnership = Object.keys(lock.ownership).length > 0;
  const facts = { ...lock.unknown, ...(hasOwnership ? { ownership: ownershipFacts(lock) } : {}) };
  const body = printMembers(sorted(facts), { indent: '', step: '  ', eol: '\n' });
  return `# Written by mcpform; commit it beside the manifest.\napiVersion: mcpform/v1\nkind: Lock\n${body}`;
}

function ownershipFacts({ ownership }: Lock): JsonObject {
  const facts = Object.entries(ownership).map(([address, { digest, adopted, protect }]) => [
    address,
    { digest, ...(adopted ? { adopted } : {}), ...(protect === true ? { protect } : {}) },
  ]);
  return Object.fromEntries(facts) as JsonObject;
}

function sorted(value: JsonObject): JsonObject {
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sortedValue(value[name] as Json)]));
}

function sortedValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedValue);
  return isJsonObject(value) ? sorted(value) : value;
}
