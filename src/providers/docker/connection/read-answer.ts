import type { EngineAnswer } from '../client.ts';

/** More than any engine has to say; what says more is none. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Null for an empty answer, and for one that is not JSON. */
export async function readJson(answer: EngineAnswer): Promise<unknown> {
  return parsed(await readText(answer));
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

/** The lines of an answer that comes bit by bit; one that is not JSON is null. */
export async function* readJsonLines({ body }: EngineAnswer): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parsed(line);
  }
  yield parsed(rest);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
