import { isJsonObject, type Json } from '../model/json.ts';

/** Maps whose keys are names that a person chose: there, `x-ray` is a name like any other. */
const NAMED = new Set([
  'servers',
  'variables',
  'secrets',
  'env',
  'headers',
  'labels',
  'options',
  'driverOptions',
  'extraHosts',
  'ulimits',
]);

/** Lists of names as often as maps of them: `networks: [tools]`, and `networks: { tools: {} }`. */
const NAMED_WHEN_MAP = new Set(['networks', 'volumes']);

/** The document without the `x-` keys that hold anchors and notes. The same object when it has none. */
export function dropExtensions(value: Json, isNamed = false): Json {
  if (Array.isArray(value)) return mapItems(value);
  if (!isJsonObject(value)) return value;
  let copy: Record<string, Json> | null = null;
  for (const key of Object.keys(value)) {
    if (!isNamed && key.startsWith('x-')) {
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    const before = value[key] as Json;
    const areNames = !isNamed && (NAMED.has(key) || NAMED_WHEN_MAP.has(key));
    const after = dropExtensions(before, areNames);
    if (after === before) continue;
    copy ??= { ...value };
    copy[key] = after;
  }
  return copy ?? value;
}

function mapItems(items: readonly Json[]): Json {
  const mapped = items.map((item) => dropExtensions(item));
  return mapped.some((item, index) => item !== items[index]) ? mapped : items;
}
