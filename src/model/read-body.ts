import type { HttpResponse } from './system.ts';

/**
 * The whole body, at most `maxBytes`: a larger one is EMSGSIZE (an `errno` error), and its connection is closed
 * before the rest of it was sent.
 */
export async function readBody(
  { headers, body }: Pick<HttpResponse, 'headers' | 'body'>,
  maxBytes: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const isTooLarge = (): boolean => size > maxBytes || Number(headers['content-length'] ?? 0) > maxBytes;
  for await (const piece of body) {
    size += piece.length;
    if (isTooLarge()) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(maxBytes: number): Error {
  return Object.assign(new Error(`the body has more than ${maxBytes} bytes`), { code: 'EMSGSIZE' });
}
