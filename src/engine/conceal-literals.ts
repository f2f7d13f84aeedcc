import { credentialsInUrl, findSecretArguments, looksLikeSecret, schemeWordOf } from '../formats/redact.ts';
import type { Conceal } from '../model/conceal.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** Makes known, so that nothing shows them, the credentials that somebody pasted into a client's entry. */
export function concealLiterals(attributes: JsonObject, conceal: Conceal): void {
  for (const field of ['env', 'headers', 'oauth']) {
    const members = attributes[field];
    for (const [key, value] of Object.entries(isJsonObject(members) ? members : {})) {
      if (typeof value !== 'string' || looksLikeSecret(key, value) === null) continue;
      conceal.add(value);
      conceal.add(value.slice(schemeWordOf(value).length));
    }
  }
  for (const argument of secretArguments(attributes['args'])) conceal.add(argument);
  const { url } = attributes;
  for (const part of typeof url === 'string' ? credentialsInUrl(url) : []) conceal.add(part);
}

function secretArguments(args: Json | undefined): readonly string[] {
  if (!Array.isArray(args)) return [];
  const texts = args.map((argument: Json) => (typeof argument === 'string' ? argument : ''));
  return findSecretArguments(texts).map(({ index }) =>
    (texts[index] as string).replace(/^-{0,2}[A-Za-z][\w.-]*=/, ''),
  );
}
