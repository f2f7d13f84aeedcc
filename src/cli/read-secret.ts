import { StringDecoder } from 'node:string_decoder';
import { McpformError } from '../model/error.ts';
import { MAX_SECRET_BYTES, type SecretValue } from '../model/secret.ts';
import { toSecretValue } from '../secrets/value.ts';
import { typedLine, withoutEcho } from './typed-line.ts';

/** Where a value comes from, and who is asked for it. */
export interface SecretInput {
  readonly stdin: NodeJS.ReadStream;
  /** Shows as it is given. */
  readonly show: (text: string) => void;
  /** Somebody can be asked. */
  readonly canAsk: boolean;
  readonly signal: AbortSignal;
}

/**
 * A value from a pipe, without its one final line end; or from a person, typed twice without an echo. Throws USAGE when
 * nobody can be asked or two different values were typed, and SECRET_EMPTY, SECRET_TOO_LARGE and SECRET_INVALID.
 */
export async function readSecret(what: string, input: SecretInput): Promise<SecretValue> {
  if (input.stdin.isTTY !== true) return toSecretValue(await readPipe(input), what);
  if (!input.canAsk) {
    throw new McpformError('USAGE', 'nobody can be asked for the value', {
      hint: 'pipe it in: `printf %s "$VALUE" | mcpform secrets set NAME`',
    });
  }
  const typing = { ...input, decoder: new StringDecoder('utf8') };
  const [first, second] = await withoutEcho(input, async () => {
    const once = await typedLine(`Value of ${what} (not shown): `, typing);
    return [once, once === null ? null : await typedLine('The same again: ', typing)] as const;
  });
  input.signal.throwIfAborted();
  if (first === null || second === null) {
    throw new McpformError('NOT_APPROVED', 'no value was given, so nothing was written');
  }
  if (first === second) return toSecretValue(first, what);
  throw new McpformError('USAGE', 'the two values are not the same, so nothing was written', {
    hint: 'run it again; a value of several lines is best piped in: `mcpform secrets set NAME < FILE`',
  });
}

async function readPipe({ stdin, signal }: SecretInput): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  const stop = (): void => void stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const piece of stdin) {
      const bytes = Buffer.from(piece as Uint8Array);
      size += bytes.length;
      pieces.push(bytes);
      // What is larger is refused below, without reading all of it.
      if (size > MAX_SECRET_BYTES + 2) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return Buffer.concat(pieces);
}
