import { parse } from 'dotenv';

/** Names and values of a `.env` file, as everybody's dotenv reads it: of a name that is there twice, the last counts. */
export function parseDotenv(text: string): Readonly<Record<string, string>> {
  return parse(text);
}
