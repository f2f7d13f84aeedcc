import type { EngineAnswer } from '../client.ts';

/** More than any engine has to say; what says more is none. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Null for an empty answer, and for one that is not JSON. */
export async function readJson(answer: EngineAnswer): Promise<unknown> {
  const text = await readText(answer);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function readText(answer: EngineAnswer): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body) {
    bytes += piece.byteLength;
    if (bytes > MAX_BYTES) throw Object.assign(new Error('the answer is too long'), { code: 'EMSGSIZE' });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
