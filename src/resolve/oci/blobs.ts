import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { readBody } from '../../model/read-body.ts';
import type { Descriptor } from '../../model/registry.ts';
import { isLoopbackHost } from '../../model/registry-host.ts';
import type { HttpResponse } from '../../model/system.ts';
import { assertDigest, tooBig, verified } from './digest.ts';
import { exchange } from './exchange.ts';
import { refusal, unexpected } from './failures.ts';
import { nameOf } from './manifests.ts';
import { pathsOf } from './paths.ts';
import { asFailure, withRetries } from './retry.ts';
import { send } from './send.ts';
import type { Session } from './session.ts';

const MAX_REDIRECTS = 5;

export async function getBlob(
  session: Session,
  repository: string,
  { digest, maxBytes }: { readonly digest: string; readonly maxBytes: number },
  ctx: Context,
): Promise<Uint8Array> {
  const what = nameOf(repository, digest);
  const bytes = await withRetries(session.name, ctx, async () => {
    const response = await openBlob(session, repository, digest, ctx);
    try {
      return await readBody(response, maxBytes);
    } catch (error) {
      throw isErrno(error, 'EMSGSIZE') ? tooBig(what, maxBytes) : error;
    }
  });
  assertDigest(bytes, digest, what);
  return bytes;
}

/** Tries again until the first byte; after that, whoever reads has to start anew. */
export async function* streamBlob(
  session: Session,
  repository: string,
  descriptor: Descriptor,
  ctx: Context,
): AsyncGenerator<Uint8Array, void, void> {
  const { digest, size } = descriptor;
  const what = nameOf(repository, digest);
  const response = await withRetries(session.name, ctx, () => openBlob(session, repository, digest, ctx));
  if (Number(response.headers['content-length'] ?? size) > size) {
    await response.discard();
    throw tooBig(what, size);
  }
  try {
    yield* verified(response.body, descriptor, what);
  } catch (error) {
    throw asFailure(error, session.name);
  }
}

export async function hasBlob(
  session: Session,
  repository: string,
  digest: string,
  ctx: Context,
): Promise<boolean> {
  const { blob, pull } = pathsOf(repository);
  return withRetries(session.name, ctx, async () => {
    const response = await exchange(session, { method: 'HEAD', path: blob(digest), scopes: [pull] }, ctx);
    // A registry that keeps its blobs elsewhere may answer with the way there.
    const isThere = response.status === 200 || isRedirect(response);
    if (!isThere && response.status !== 404)
      throw await refusal(session, response, nameOf(repository, digest));
    await response.discard();
    return isThere;
  });
}

/** Follows the registry to where it keeps the bytes. They are hashed, so it may be anywhere that is safe to ask. */
async function openBlob(
  session: Session,
  repository: string,
  digest: string,
  ctx: Context,
): Promise<HttpResponse> {
  const what = nameOf(repository, digest);
  const { blob, pull } = pathsOf(repository);
  const home = await session.origin();
  let at = new URL(blob(digest), home);
  let hasLeft = false;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    // Who we are is for the registry's own origin. Another host might send us back to any place there.
    hasLeft ||= at.origin !== home;
    const response = hasLeft
      ? await send(session, { method: 'GET', url: at.href }, ctx)
      : await exchange(session, { method: 'GET', path: at.href, scopes: [pull] }, ctx);
    if (response.status === 200) return response;
    if (!isRedirect(response)) throw await refusal(session, response, what);
    await response.discard();
    at = nextOf(session, response, at);
  }
  throw unexpected(session.name, `redirects ${what} more than ${MAX_REDIRECTS} times`);
}

function isRedirect({ status }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** https stays https; plain http only where we came from plain http, on this machine. */
function nextOf(session: Session, { headers }: HttpResponse, from: URL): URL {
  const location = headers['location'] ?? '';
  if (location === '' || !URL.canParse(location, from.href)) {
    throw unexpected(session.name, 'redirects to no address');
  }
  const next = new URL(location, from);
  next.username = '';
  next.password = '';
  const isPlainHere = next.protocol === 'http:' && isLoopbackHost(next.hostname);
  if (next.protocol === 'https:' || (isPlainHere && from.protocol === 'http:')) return next;
  throw new McpformError(
    'RESOLVE_INSECURE',
    `"${session.name}" redirects to "${next.protocol}//${next.host}", which is not https`,
    { hint: 'nothing was sent there; tell whoever runs the registry' },
  );
}
