import type { Json } from '../model/json.ts';
import type { BackendName } from '../model/secret.ts';

/** The argument of a backend whose argument is a text, as the schema promises; anything else is a bug of ours. */
export function textArgument(argument: Json, backend: BackendName): string {
  if (typeof argument === 'string') return argument;
  throw new Error(`the argument of a secret of "${backend}" is no text`);
}
