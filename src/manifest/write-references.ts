import { fromPointer, isJsonObject, type Json, type JsonObject, type Pointer } from '../model/json.ts';
import type { ImportedServer } from './write-import.ts';

/** The fields before which a server may get `env` or `headers`. */
const LATER = ['headersHelper', 'timeout', 'alwaysLoad', 'oauth', 'tools', 'targets', 'lifecycle'];

/** The server with these texts at places in `env` and `headers` that it left in the client's file until now. */
export function withReferences(
  { name, server }: ImportedServer,
  texts: ReadonlyMap<Pointer, string>,
): ImportedServer {
  const fields = [...texts].reduce((before, [pointer, text]) => {
    const [field = '', key = ''] = fromPointer(pointer);
    const members = before[field];
    return withField(before, field, { ...(isJsonObject(members) ? members : {}), [key]: text });
  }, server);
  return { name, server: withoutKept(fields, texts) };
}

function withField(server: JsonObject, field: string, value: Json): JsonObject {
  if (field in server) return { ...server, [field]: value };
  const entries = Object.entries(server);
  const at = entries.findIndex(([key]) => LATER.includes(key));
  return Object.fromEntries([...entries.slice(0, at), [field, value], ...entries.slice(at)]);
}

function withoutKept(server: JsonObject, texts: ReadonlyMap<Pointer, string>): JsonObject {
  const { lifecycle, ...others } = server;
  const keep = isJsonObject(lifecycle) ? lifecycle['keep'] : undefined;
  if (!Array.isArray(keep)) return server;
  const left = keep.filter((pointer: Json) => !texts.has(pointer as Pointer));
  return left.length === 0 ? others : { ...others, lifecycle: { keep: left } };
}
