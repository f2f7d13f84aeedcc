import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import { readBody } from '../../model/read-body.ts';
import type { Descriptor, Manifest } from '../../model/registry.ts';
import type { HttpResponse } from '../../model/system.ts';
import { digestOf, isDigest, otherContent, tooBig } from './digest.ts';
import { exchange } from './exchange.ts';
import { refusal, unexpected } from './failures.ts';
import { ownType } from './manifest-type.ts';
import { ACCEPT, isIndex, isManifest, mediaTypeIn } from './media-types.ts';
import { pathsOf } from './paths.ts';
import { withRetries } from './retry.ts';
import type { Session } from './session.ts';

/** The specification's own limit for what a registry must take, and what clients read. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** By HEAD, which no registry counts as a pull. What it says of a tag is only its word; see `getManifest`. */
export async function headManifest(
  session: Session,
  repository: string,
  reference: string,
  ctx: Context,
): Promise<Descriptor | null> {
  const what = nameOf(repository, reference);
  const { manifest, pull } = pathsOf(repository);
  const response = await withRetries(session.name, ctx, async () => {
    const ask = {
      method: 'HEAD',
      path: manifest(reference),
      headers: { accept: ACCEPT },
      scopes: [pull],
    } as const;
    const answer = await exchange(session, ask, ctx);
    if (answer.status !== 200 && answer.status !== 404) throw await refusal(session, answer, what);
    await answer.discard();
    return answer;
  });
  if (response.status === 404) return null;
  const digest = response.headers['docker-content-digest'] ?? '';
  const size = Number(response.headers['content-length']);
  if (!isDigest(digest) || !Number.isSafeInteger(size)) {
    // The header is optional in the specification; then the bytes have to say.
    const { mediaType, bytes, ...found } = await getManifest(session, repository, reference, ctx);
    return { mediaType, digest: found.digest, size: bytes.length };
  }
  if (isDigest(reference) && digest !== reference) throw otherContent(what, reference, digest);
  const mediaType = mediaTypeIn(response.headers['content-type']);
  assertKnown(session, mediaType, what);
  return { mediaType, digest, size };
}

/** The bytes, hashed: those of the digest that was asked for, and of the digest that the registry says they have. */
export async function getManifest(
  session: Session,
  repository: string,
  reference: string,
  ctx: Context,
): Promise<Manifest> {
  const what = nameOf(repository, reference);
  const { manifest, pull } = pathsOf(repository);
  const { headers, bytes } = await withRetries(session.name, ctx, async () => {
    const ask = {
      method: 'GET',
      path: manifest(reference),
      headers: { accept: ACCEPT },
      scopes: [pull],
    } as const;
    const answer = await exchange(session, ask, ctx);
    if (answer.status !== 200) throw await refusal(session, answer, what);
    return { headers: answer.headers, bytes: await readManifest(answer, what) };
  });
  const digest = digestOf(bytes);
  const promised = [isDigest(reference) ? reference : null, headers['docker-content-digest'] ?? null];
  const other = promised.find((each) => each !== null && isDigest(each) && each !== digest);
  if (other !== null && other !== undefined) throw otherContent(what, other, digest);
  return { mediaType: mediaTypeOf(session, headers, bytes, what), digest, bytes };
}

export async function putManifest(
  session: Session,
  repository: string,
  reference: string,
  { mediaType, bytes, digest }: Manifest,
  ctx: Context,
): Promise<void> {
  const what = nameOf(repository, reference);
  const { manifest, push } = pathsOf(repository);
  await withRetries(session.name, ctx, async () => {
    const headers = { 'content-type': mediaType };
    const ask = { method: 'PUT', path: manifest(reference), headers, body: bytes, scopes: [push] } as const;
    const answer = await exchange(session, ask, ctx);
    if (answer.status !== 201) throw await refusal(session, answer, what);
    await answer.discard();
    const stored = answer.headers['docker-content-digest'] ?? digest;
    if (stored !== digest) throw otherContent(what, digest, stored);
  });
}

export function nameOf(repository: string, reference: string): string {
  return isDigest(reference) ? `"${repository}@${reference}"` : `"${repository}:${reference}"`;
}

async function readManifest(response: HttpResponse, what: string): Promise<Uint8Array> {
  try {
    return await readBody(response, MAX_MANIFEST_BYTES);
  } catch (error) {
    throw isErrno(error, 'EMSGSIZE') ? tooBig(what, MAX_MANIFEST_BYTES) : error;
  }
}

/** The header's, which must be what the manifest says of itself: one text read in two ways is an attack. */
function mediaTypeOf(
  session: Session,
  headers: HttpResponse['headers'],
  bytes: Uint8Array,
  what: string,
): string {
  const ofHeader = mediaTypeIn(headers['content-type']);
  assertKnown(session, ofHeader, what);
  const own = ownType(bytes);
  if (own === null) throw unexpected(session.name, `sent ${what} as something that is no manifest`);
  const isSame = own.isInferred ? isIndex(own.mediaType) === isIndex(ofHeader) : own.mediaType === ofHeader;
  if (isSame) return ofHeader;
  throw unexpected(session.name, `sent ${what} as "${ofHeader}", and it calls itself "${own.mediaType}"`);
}

function assertKnown(session: Session, mediaType: string, what: string): void {
  if (isIndex(mediaType) || isManifest(mediaType)) return;
  throw unexpected(session.name, `has ${what} as "${mediaType}", which is no image that can be pinned`);
}
