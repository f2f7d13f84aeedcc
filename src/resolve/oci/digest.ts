import { createHash } from 'node:crypto';
import { McpformError } from '../../model/error.ts';
import type { Descriptor } from '../../model/registry.ts';

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Only sha256: what a manifest and a lock can hold. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** `sha256:3f1c0a2b4d5e`: enough for people to tell two apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** Throws RESOLVE_INTEGRITY, naming both, unless the bytes are those of the digest. */
export function assertDigest(bytes: Uint8Array, promised: string, what: string): void {
  const found = digestOf(bytes);
  if (found !== promised) throw otherContent(what, promised, found);
}

/**
 * The pieces as they come; throws RESOLVE_TOO_BIG at the first byte too many and RESOLVE_INTEGRITY at the end when
 * they were not those of the descriptor. Whoever keeps them keeps them aside until then.
 */
export async function* verified(
  pieces: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  what: string,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash('sha256');
  let received = 0;
  for await (const piece of pieces) {
    received += piece.length;
    if (received > size) throw tooBig(what, size);
    hash.update(piece);
    yield piece;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw otherContent(what, digest, found);
}

export function otherContent(what: string, promised: string, found: string): McpformError {
  return new McpformError('RESOLVE_INTEGRITY', `${what} should be ${promised} and is ${found}`, {
    hint: 'somebody between the publisher and you changed it, or the registry is broken: find out which',
  });
}

export function tooBig(what: string, maxBytes: number): McpformError {
  return new McpformError('RESOLVE_TOO_BIG', `${what} has more than the ${maxBytes} bytes it may have`, {
    hint: 'nothing of it was used; tell whoever runs the registry',
  });
}
