import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { readBody } from '../../model/read-body.ts';
import type { Descriptor } from '../../model/registry.ts';
import type { HttpResponse } from '../../model/system.ts';
import { tooBig } from './digest.ts';
import { exchange } from './exchange.ts';
import { refusal, unexpected } from './failures.ts';
import { getManifest } from './manifests.ts';
import { mediaTypeIn, OCI_INDEX } from './media-types.ts';
import { readDescriptors } from './parse-descriptors.ts';
import { pathsOf } from './paths.ts';
import { withRetries } from './retry.ts';
import type { Session } from './session.ts';

const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** A registry that always has another page would keep us for ever. */
const MAX_PAGES = 200;
const PAGE_SIZE = 1000;

export async function listTags(
  session: Session,
  repository: string,
  ctx: Context,
): Promise<readonly string[]> {
  const { tags } = pathsOf(repository);
  const what = `tags of "${repository}"`;
  const found: string[] = [];
  let path: string | null = `${tags}?n=${PAGE_SIZE}`;
  for (let pages = 0; path !== null; pages++) {
    if (pages === MAX_PAGES) throw unexpected(session.name, `has more than ${MAX_PAGES} pages of ${what}`);
    const page = await getPage(session, { path, repository, what }, ctx);
    if (page.kind === 'none') throw page.refusal;
    const list = page.document['tags'];
    if (Array.isArray(list)) found.push(...list.filter((each) => typeof each === 'string'));
    path = page.next;
  }
  return found;
}

/** Through the referrers API; where there is none, through the tag that takes its place. */
export async function listReferrers(
  session: Session,
  repository: string,
  digest: string,
  ctx: Context,
): Promise<readonly Descriptor[]> {
  const { referrers } = pathsOf(repository);
  const what = `referrers of "${repository}@${digest}"`;
  const found: Descriptor[] = [];
  let path: string | null = referrers(digest);
  for (let pages = 0; path !== null; pages++) {
    if (pages === MAX_PAGES) throw unexpected(session.name, `has more than ${MAX_PAGES} pages of ${what}`);
    const page = await getPage(session, { path, repository, what }, ctx);
    // Old registries answer this in as many ways as there are: all of them mean "what is that?".
    if (page.kind === 'none' && (page.status === 401 || page.status === 403)) throw page.refusal;
    if (page.kind === 'none' || page.mediaType !== OCI_INDEX) {
      return pages === 0 ? referrersByTag(session, repository, digest, ctx) : found;
    }
    found.push(...readDescriptors(page.document['manifests']));
    path = page.next;
  }
  return found;
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema */
async function referrersByTag(
  session: Session,
  repository: string,
  digest: string,
  ctx: Context,
): Promise<readonly Descriptor[]> {
  try {
    const { mediaType, bytes } = await getManifest(session, repository, digest.replace(':', '-'), ctx);
    // Any other manifest under that name is not about us.
    return mediaType === OCI_INDEX ? readDescriptors(parseObject(bytes)['manifests']) : [];
  } catch (error) {
    if (error instanceof McpformError && error.code === 'RESOLVE_NOT_FOUND') return [];
    throw error;
  }
}

type Page =
  | {
      readonly kind: 'page';
      readonly mediaType: string;
      readonly document: JsonObject;
      /** Where the list goes on. */
      readonly next: string | null;
    }
  | { readonly kind: 'none'; readonly status: number; readonly refusal: McpformError };

async function getPage(
  session: Session,
  { path, repository, what }: { readonly path: string; readonly repository: string; readonly what: string },
  ctx: Context,
): Promise<Page> {
  const { pull } = pathsOf(repository);
  return withRetries(session.name, ctx, async () => {
    const response = await exchange(session, { method: 'GET', path, scopes: [pull] }, ctx);
    const { status, headers } = response;
    if (status !== 200) return { kind: 'none', status, refusal: await refusal(session, response, what) };
    const next = nextPage(session, headers['link'], new URL(path, await session.origin()));
    const document = parseObject(await readPage(response, what));
    return { kind: 'page', mediaType: mediaTypeIn(headers['content-type']), document, next };
  });
}

async function readPage(response: HttpResponse, what: string): Promise<Uint8Array> {
  try {
    return await readBody(response, MAX_PAGE_BYTES);
  } catch (error) {
    throw isErrno(error, 'EMSGSIZE') ? tooBig(what, MAX_PAGE_BYTES) : error;
  }
}

/** What is no object has nothing in it. */
function parseObject(bytes: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** `Link: </v2/x/tags/list?last=…>; rel="next"` (RFC 8288), at the registry's own origin alone. */
function nextPage(session: Session, link: string | undefined, from: URL): string | null {
  const target = /<([^<>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  if (target === undefined) return null;
  const next = URL.canParse(target, from.href) ? new URL(target, from) : null;
  if (next?.origin === from.origin) return next.href;
  throw new McpformError('RESOLVE_INSECURE', `"${session.name}" continues its list on another host`, {
    hint: 'nothing was sent there; a registry behind a proxy may not know its own name',
  });
}
