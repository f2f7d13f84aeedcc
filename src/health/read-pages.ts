import type { Offer } from '../model/health.ts';
import { MOST } from './bounds.ts';
import { Broken } from './trouble.ts';

/** A part of a list (https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/pagination). */
export interface Page {
  readonly names: readonly string[];
  readonly next: string | undefined;
}

/** All of a list, one page after the other. Throws `Broken` when it does not end. */
export async function readPages(read: (cursor: string | undefined) => Promise<Page>): Promise<Offer> {
  const names: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST.pages; pages += 1) {
    const page = await read(cursor);
    for (const name of page.names) names.push(name);
    if (names.length > MOST.names) break;
    if (page.next === undefined) return { count: names.length, names: names.sort() };
    cursor = page.next;
  }
  throw new Broken({ kind: 'endless-list' });
}
