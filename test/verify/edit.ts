import type { Json, JsonObject } from '../../src/model/json.ts';

/** A copy of a JSON value in which what stands at a path, `a/0/b`, is changed. */
export function edited(value: Json, path: string, change: (value: Json) => Json): Json {
  const [key = '', ...rest] = path.split('/');
  const parent = value as JsonObject;
  const child = parent[key] as Json;
  const next = rest.length === 0 ? change(child) : edited(child, rest.join('/'), change);
  if (!Array.isArray(value)) return { ...parent, [key]: next };
  return value.map((each, index) => (index === Number(key) ? next : (each as Json)));
}
