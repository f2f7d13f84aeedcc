import type { Offer } from '../model/health.ts';
import type { JsonObject } from '../model/json.ts';
import { MOST } from './bounds.ts';
import { digestDefinitions } from './digest-offer.ts';
import { Broken } from './trouble.ts';

/** A part of a list (https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/pagination). */
export interface Page {
  readonly names: readonly string[];
  /** As they came, in the order of the names. */
  readonly definitions: readonly JsonObject[];
  readonly next: string | undefined;
}

export interface PagesOptions {
  readonly digests: boolean;
}

/** All of a list, one page after the other. Throws `Broken` when it does not end. */
export async function readPages(
  read: (cursor: string | undefined) => Promise<Page>,
  options: PagesOptions,
): Promise<Offer> {
  const names: string[] = [];
  const definitions: (JsonObject & { readonly name: string })[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST.pages; pages += 1) {
    const page = await read(cursor);
    for (const name of page.names) names.push(name);
    if (options.digests) {
      for (const [at, name] of page.names.entries()) definitions.push({ ...page.definitions[at], name });
    }
    if (names.length > MOST.names) break;
    if (page.next === undefined) {
      const digests = options.digests ? { digests: digestDefinitions(definitions) } : {};
      return { count: names.length, names: names.sort(), ...digests };
    }
    cursor = page.next;
  }
  throw new Broken({ kind: 'endless-list' });
}
