import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { download, readAll } from '../download.ts';
import { PAGE_TYPES, type ProjectPage, readProjectPage } from './project-page.ts';

/** Where pip looks for projects. */
export interface Indexes {
  /** Base addresses, in its order, credentials still in them. Never shown. */
  readonly urls: readonly string[];
  /** Besides, it takes files from folders or pages of links, which we do not read. */
  readonly hasLinks: boolean;
  /** PEM of its own certificate authorities; null when it has none. */
  readonly authorities: string | null;
  /** Those that did not answer. They are asked once, not once for each of a hundred projects. */
  readonly unreachable: Set<string>;
}

/** What could be learned of a project from the indexes that pip uses. */
export interface Listing {
  readonly pages: readonly ProjectPage[];
  /** An index could not be read as we read one: a file, plain http, a login that only pip knows. */
  readonly isIncomplete: boolean;
}

/** The largest pages there are have tens of thousands of files. */
const maxBytes = 64 * 2 ** 20;

/** Listings asked for at once. */
const parallel = 8;

/** The same for many projects, a few at a time. In their order. */
export async function listProjects(
  names: readonly string[],
  indexes: Indexes,
  ctx: Pick<Context, 'system' | 'signal'>,
): Promise<readonly Listing[]> {
  const listings: Listing[] = [];
  for (let start = 0; start < names.length; start += parallel) {
    const some = names.slice(start, start + parallel);
    listings.push(...(await Promise.all(some.map((name) => listProject(name, indexes, ctx)))));
  }
  return listings;
}

/**
 * Asks each index for a project. An index we cannot read is no failure, since pip may well read it: it makes the
 * listing incomplete.
 */
export async function listProject(
  name: string,
  indexes: Indexes,
  ctx: Pick<Context, 'system' | 'signal'>,
): Promise<Listing> {
  const { urls, hasLinks } = indexes;
  const answers = await Promise.all(urls.map((url) => readPage(url, { name, indexes }, ctx)));
  return {
    pages: answers.filter((answer) => typeof answer === 'object'),
    isIncomplete: hasLinks || urls.length === 0 || answers.includes('unreadable'),
  };
}

async function readPage(
  index: string,
  { name, indexes }: { readonly name: string; readonly indexes: Indexes },
  ctx: Pick<Context, 'system' | 'signal'>,
): Promise<ProjectPage | 'none' | 'unreadable'> {
  const { authorities, unreachable } = indexes;
  if (!URL.canParse(index) || unreachable.has(index)) return 'unreadable';
  const base = new URL(index);
  const authorization = basicAuthorization(base);
  base.username = '';
  base.password = '';
  const url = `${base.href.replace(/\/+$/, '')}/${name}/`;
  try {
    const page = await download(
      {
        url,
        headers: { accept: PAGE_TYPES },
        maxBytes,
        ...(authorization === null ? {} : { authorization }),
        ...(authorities === null ? {} : { authorities }),
      },
      ctx,
    );
    const text = (await readAll(page)).toString('utf8');
    return readProjectPage(text, page.headers['content-type'] ?? '') ?? 'unreadable';
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    if (error.code === 'RESOLVE_UNAVAILABLE') unreachable.add(index);
    return error.code === 'RESOLVE_NOT_FOUND' ? 'none' : 'unreadable';
  }
}

function basicAuthorization({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** A lone `%` in a password is a `%`. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}
