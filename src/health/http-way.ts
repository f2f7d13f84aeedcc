import { setMaxListeners } from 'node:events';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { HttpResponse } from '../model/system.ts';
import { MOST, openBudget, SETTLE_MS } from './bounds.ts';
import { awaitedId, beginExchange, type Exchange, judgeAnswer, withHead } from './exchange.ts';
import { MODERN_VERSION_KEY } from './modern.ts';
import { networkTrouble } from './network-trouble.ts';
import { Broken, type Trouble } from './trouble.ts';

export interface HttpWayOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** HTTP+SSE: what the server says comes on one stream, which must stay. */
  readonly isOlder: boolean;
  readonly timeoutMs: number;
}

/**
 * HTTP for the library, through the machine's network: its proxies, its authorities, no address that it refuses.
 * Follows no redirect by itself, keeps no connection, and sees what the library does not tell: how an answer began,
 * and that one will never come.
 */
export class HttpWay {
  readonly kind = 'http';
  readonly options: HttpWayOptions;
  /** Settles, with why, when nothing will come any more; never rejects. */
  readonly broken: Promise<Trouble>;
  readonly #ctx: Context;
  readonly #closing = new AbortController();
  readonly #heard = new Set<unknown>();
  readonly #spend = openBudget();
  /** The last one that matters. */
  #last: Exchange | null = null;
  #tellBroken: (trouble: Trouble) => void = () => undefined;

  constructor(options: HttpWayOptions, ctx: Context) {
    this.options = options;
    this.#ctx = ctx;
    // A list may have more pages than a signal has listeners without a warning.
    setMaxListeners(0, this.#closing.signal);
    this.broken = new Promise((resolve) => {
      this.#tellBroken = resolve;
    });
  }

  /** What was wrong with the last exchange. */
  trouble(): Trouble | null {
    return this.#last?.trouble ?? null;
  }

  /** How the last answer began. */
  head(): string {
    return Buffer.from(this.#last?.head ?? '', 'latin1').toString();
  }

  /** The answer to a request has arrived. */
  heard(id: unknown): void {
    this.#heard.add(id);
  }

  /** For the library, in place of the platform's. */
  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const exchange = beginExchange(url, init, this.options.isOlder);
    const sent = new Headers(init.headers);
    // A stream for what the server might say by itself: nobody listens, so it is as if there were none.
    if (exchange.isOptional && exchange.method === 'GET' && !sent.has('last-event-id')) return NO_STREAM();
    if (!exchange.isOptional) this.#last = exchange;
    const own = new AbortController();
    // The library aborts its own signal before it could end a session that failed.
    const theirs = init.signal && exchange.method !== 'DELETE' ? [init.signal] : [];
    const signal = AbortSignal.any([own.signal, this.#closing.signal, ...theirs]);
    const response = await this.#send(exchange, sent, init.body, signal);
    exchange.trouble = judgeAnswer(response, exchange, this.options.isOlder);
    if (exchange.trouble === null) return toResponse(response, this.#pass(response, exchange, own));
    const head = await readHead(response);
    exchange.trouble = withHead(exchange.trouble, head);
    own.abort();
    if (exchange.trouble.kind === 'garbage') throw new Broken(exchange.trouble);
    return toResponse(response, head);
  };

  close(): void {
    this.#closing.abort();
  }

  async #send(exchange: Exchange, sent: Headers, text: unknown, signal: AbortSignal): Promise<HttpResponse> {
    const { method, url } = exchange;
    const headers = {
      'user-agent': 'mcpform',
      ...Object.fromEntries(sent),
      'accept-encoding': 'identity',
      connection: 'close',
      ...modernHeaders(exchange),
    };
    const body = typeof text === 'string' ? { body: Buffer.from(text) } : {};
    const { timeoutMs } = this.options;
    try {
      return await this.#ctx.system.network.request({ method, url, headers, ...body, timeoutMs, signal });
    } catch (error) {
      const isOurs = signal.aborted || error instanceof McpformError;
      if (!isOurs) exchange.trouble = networkTrouble(error, url);
      throw error;
    }
  }

  /** The body, piece by piece as the library asks for it. */
  #pass(response: HttpResponse, exchange: Exchange, own: AbortController): ReadableStream<Uint8Array> {
    const pieces = response.body[Symbol.asyncIterator]();
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      try {
        const { done, value } = await pieces.next();
        if (done === true) {
          controller.close();
          return await this.#ended(exchange);
        }
        this.#spend(value.length);
        if (exchange.head.length < MOST.headBytes) exchange.head += Buffer.from(value).toString('latin1');
        controller.enqueue(value);
      } catch (error) {
        own.abort();
        controller.error(error);
        exchange.trouble = error instanceof Broken ? error.trouble : { kind: 'closed' };
        if (error instanceof Broken) this.#tellBroken(error.trouble);
        else await this.#ended(exchange);
      }
    };
    return new ReadableStream({ pull, cancel: () => own.abort() }, { highWaterMark: 0 });
  }

  /**
   * The library waits for ever for an answer whose stream has ended. It may: a server can give an event an id, end the
   * stream and be asked again (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports).
   */
  async #ended(exchange: Exchange): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted || exchange.isOptional) return;
    const id = awaitedId(exchange);
    const isStream = exchange.method === 'GET';
    if (!isStream && (id === undefined || this.options.isOlder || /^id:/m.test(exchange.head))) return;
    await this.#ctx.system.clock.sleep(SETTLE_MS, signal).catch(() => undefined);
    if (isStream || !this.#heard.has(id)) this.#tellBroken({ kind: 'closed' });
  }
}

const NO_STREAM = (): Response => new Response(null, { status: 405 });

/** What the revision of 2026 wants to see in headers, too: they let proxies route without reading bodies. */
function modernHeaders({ message }: Exchange): Readonly<Record<string, string>> {
  const { method, params } = (message ?? {}) as { method?: string; params?: { _meta?: object } };
  const isModern = method !== undefined && MODERN_VERSION_KEY in (params?._meta ?? {});
  return isModern ? { 'mcp-method': method } : {};
}

async function readHead({ body }: HttpResponse): Promise<string> {
  const pieces: Uint8Array[] = [];
  let left = MOST.headBytes;
  try {
    for await (const piece of body) {
      pieces.push(piece.subarray(0, left));
      left -= piece.length;
      if (left <= 0) break;
    }
  } catch {
    // What came is enough to say what it is.
  }
  return Buffer.concat(pieces).toString();
}

/** Of the headers, those that the library reads. */
function toResponse({ status, headers }: HttpResponse, body: ReadableStream<Uint8Array> | string): Response {
  const read = ['content-type', 'mcp-session-id', 'location', 'www-authenticate'];
  const kept = Object.entries(headers).filter(([name]) => read.includes(name));
  const safe = kept.map(([name, value]): [string, string] => [name, value.replace(/[^\t\x20-\x7e]/g, '')]);
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers: safe });
}
