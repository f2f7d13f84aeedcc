import type { Conceal } from '../model/conceal.ts';

/**
 * A value as it may be shown, when it is turned to JSON later: done to each of its texts, so that no value of a secret
 * can tear the JSON apart. Plain data in, the same shape out, with
 * `(secret)` in the place of a number that is a value; an object that knows its own JSON is asked for it.
 */
export function concealJson<Value>(value: Value, conceal: Conceal): Value {
  return conceal.isEmpty() ? value : (concealed(value, conceal) as Value);
}

function concealed(value: unknown, conceal: Conceal): unknown {
  if (typeof value === 'string') return conceal.conceal(value);
  if (typeof value === 'number') return conceal.holds(String(value)) ? conceal.conceal(String(value)) : value;
  if (Array.isArray(value)) return value.map((item) => concealed(item, conceal));
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return concealed(value.toJSON(), conceal);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [conceal.conceal(key), concealed(member, conceal)]),
  );
}
