import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Descriptor } from '../../model/registry.ts';
import type { HttpResponse } from '../../model/system.ts';
import { otherContent } from './digest.ts';
import { exchange } from './exchange.ts';
import { refusal, unexpected } from './failures.ts';
import { nameOf } from './manifests.ts';
import { pathsOf } from './paths.ts';
import { asFailure, Busy, withRetries } from './retry.ts';
import type { Session } from './session.ts';

/** A registry hashes and moves what it was given before it answers, and layers may be large. */
const STORE_TIMEOUT_MS = 10 * 60_000;

/** One upload in one piece: POST opens it, PUT sends the bytes. They can be sent once, so only opening is retried. */
export async function uploadBlob(
  session: Session,
  repository: string,
  { descriptor, bytes }: { readonly descriptor: Descriptor; readonly bytes: AsyncIterable<Uint8Array> },
  ctx: Context,
): Promise<void> {
  const { digest, size } = descriptor;
  const what = nameOf(repository, digest);
  const { uploads, push } = pathsOf(repository);
  const place = await withRetries(session.name, ctx, async () => {
    const response = await exchange(session, { method: 'POST', path: uploads, scopes: [push] }, ctx);
    if (response.status !== 202) throw await refusal(session, response, what);
    await response.discard();
    return placeOf(session, response);
  });
  place.searchParams.set('digest', digest);
  try {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    const where = { path: place.href, scopes: [push], timeoutMs: STORE_TIMEOUT_MS };
    const ask = { ...where, method: 'PUT', headers, body: bytes } as const;
    const response = await exchange(session, ask, ctx);
    if (response.status !== 201) throw await refusal(session, response, what);
    await response.discard();
    const stored = response.headers['docker-content-digest'] ?? digest;
    if (stored !== digest) throw otherContent(what, digest, stored);
  } catch (error) {
    throw asFailure(error, session.name);
  }
}

/**
 * True when the registry took it over; false when it opened an upload instead, which is given up again, or refused
 * in whatever way: the upload that follows then says why.
 */
export async function mountBlob(
  session: Session,
  repository: string,
  { digest, from }: { readonly digest: string; readonly from: string },
  ctx: Context,
): Promise<boolean> {
  const { uploads, push } = pathsOf(repository);
  const path = `${uploads}?${new URLSearchParams({ mount: digest, from })}`;
  const scopes = [push, pathsOf(from).pull];
  return withRetries(session.name, ctx, async () => {
    const response = await exchange(session, { method: 'POST', path, scopes }, ctx);
    const { status } = response;
    await response.discard();
    if (status === 202) await giveUp(session, response, scopes, ctx);
    return status === 201;
  });
}

/** The registry would forget it by itself, some day. That it may not know how is not our failure. */
async function giveUp(
  session: Session,
  response: HttpResponse,
  scopes: readonly string[],
  ctx: Context,
): Promise<void> {
  const path = (await placeOf(session, response)).href;
  try {
    const answer = await exchange(session, { method: 'DELETE', path, scopes }, ctx);
    await answer.discard();
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
  }
}

/** Where the registry wants the bytes: at its own origin, since they are sent with who we are. */
async function placeOf(session: Session, { headers }: HttpResponse): Promise<URL> {
  const home = await session.origin();
  const location = headers['location'] ?? '';
  if (location === '' || !URL.canParse(location, home))
    throw unexpected(session.name, 'gave no place to upload to');
  const place = new URL(location, home);
  if (place.origin === home) return place;
  throw new McpformError(
    'RESOLVE_INSECURE',
    `"${session.name}" wants uploads sent to another host, "${place.origin}"`,
    { hint: 'nothing was sent there; a registry behind a proxy may not know its own name' },
  );
}
