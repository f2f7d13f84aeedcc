import { isJsonObject } from '../../../model/json.ts';
import type { PullOptions } from '../engine.ts';
import { type Call, type Caller, open, within } from './call.ts';
import { engineFailure } from './engine-failure.ts';
import { quoted } from './names.ts';

/** Without any sign of life. A layer of gigabytes may be unpacked for minutes without one. */
const SILENCE_MS = 10 * 60_000;

export async function pullImage(caller: Caller, reference: string, options: PullOptions): Promise<void> {
  const request: Call = {
    operation: 'pull',
    doing: `pull image ${quoted(reference)}`,
    method: 'POST',
    path: '/images/create',
    query: {
      fromImage: withoutTag(reference),
      ...(options.platform !== null && { platform: options.platform }),
    },
    timeoutMs: SILENCE_MS,
    ...(options.signal && { signal: options.signal }),
  };
  await within(caller, request, async (deadline) => {
    const answer = await open(caller, request, deadline);
    for await (const event of jsonLines(answer.body)) {
      deadline.extend();
      const error = isJsonObject(event) ? event['error'] : undefined;
      if (typeof error === 'string') {
        throw engineFailure({ ...request, engine: caller.name, status: 500, said: error });
      }
    }
  });
}

/** With both, Podman wants neither; the digest says it all. */
function withoutTag(reference: string): string {
  return reference.replace(/:[^:/@]+(?=@sha256:)/, '');
}

async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}
