import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { TextSocket } from '../model/system.ts';
import { MOST, openBudget } from './bounds.ts';
import { Broken, type Trouble } from './trouble.ts';
import { readAll, type Wire } from './wire.ts';

export interface SocketWireOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * MCP over WebSocket, which no revision describes, but clients speak: a message of the protocol per message, and the
 * subprotocol `mcp`. The library's own part for it sends no headers, and works in no Node before 22.
 */
export class SocketWire implements Wire {
  readonly kind = 'text';
  readonly broken: Promise<Trouble>;
  readonly #options: SocketWireOptions;
  readonly #ctx: Context;
  readonly #closing = new AbortController();
  #socket: TextSocket | null = null;
  #tellBroken: (trouble: Trouble | Promise<Trouble>) => void = () => undefined;

  constructor(options: SocketWireOptions, ctx: Context) {
    this.#options = options;
    this.#ctx = ctx;
    this.broken = new Promise((resolve) => {
      this.#tellBroken = resolve;
    });
  }

  async open(onText: (text: string) => void): Promise<void> {
    const { url, headers, timeoutMs } = this.#options;
    const { network } = this.#ctx.system;
    const asked = {
      url: url.replace(/^http/, 'ws'),
      headers,
      protocols: ['mcp'],
      maxBytes: MOST.bytes,
      timeoutMs,
      signal: this.#closing.signal,
    };
    if (network.openSocket === undefined) {
      throw new McpformError('SYSTEM_READ_ONLY', 'refused to open a WebSocket: this command only looks', {
        hint: 'please report this as a bug',
      });
    }
    const isEncrypted = asked.url.startsWith('wss:');
    this.#socket = await network.openSocket(asked).catch((error: unknown) => refuse(error, isEncrypted));
    const spend = openBudget();
    const onMessage = (text: string): void => {
      spend(Buffer.byteLength(text));
      onText(text);
    };
    this.#tellBroken(readAll(this.#socket.messages, onMessage, () => ({ kind: 'closed' })));
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  log(): readonly string[] {
    return [];
  }

  async close(): Promise<void> {
    if (this.#socket === null) this.#closing.abort();
    await this.#socket?.close();
  }
}

function refuse(error: unknown, isEncrypted: boolean): never {
  if (!(error instanceof Error) || !('code' in error) || error instanceof McpformError) throw error;
  const status = 'status' in error ? error.status : undefined;
  // Whoever wants another login says so before it would speak WebSocket.
  if (status === 401 || status === 403 || status === 404)
    throw new Broken({ kind: 'status', status, line: '' });
  const code = String(error.code);
  if (code === 'EPROTO' && !isEncrypted) throw new Broken({ kind: 'no-socket' });
  if (code === 'EPROTO' && typeof status === 'number') throw new Broken({ kind: 'no-socket' });
  throw new Broken({ kind: 'network', code, isEncrypted });
}
