import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListToolsResultSchema,
  McpError,
  ResultSchema,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import { McpformError } from '../model/error.ts';
import type { HandshakeOptions, Offer } from '../model/health.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { Clock } from '../model/system.ts';
import { GOODBYE_MS } from './bounds.ts';
import { digestText } from './digest-offer.ts';
import type { HttpWay } from './http-way.ts';
import { firstLineOf } from './mask.ts';
import { MODERN_VERSION, modernMeta, readDiscovered } from './modern.ts';
import { whatIsNoMessage } from './no-message.ts';
import { type Progress, roundMs } from './progress.ts';
import { pruneJson } from './prune-json.ts';
import { type Page, type PagesOptions, readPages } from './read-pages.ts';
import { answerOf, METHOD_NOT_FOUND } from './rpc-error.ts';
import { Broken, type Trouble } from './trouble.ts';
import type { Wire } from './wire.ts';

declare const MCPFORM_VERSION: string | undefined;

const SELF = { name: 'mcpform', version: typeof MCPFORM_VERSION === 'string' ? MCPFORM_VERSION : '0.0.0' };
/** Whoever called us has the clock: the library's own times are as far off as a timer goes. */
const PATIENCE = { timeout: 2 ** 31 - 1 };
/** Tools are listed here, never called: the library need not compile what a stranger wrote as their schemas. */
const NO_VALIDATOR = {
  getValidator: () => {
    throw new Error('a health check calls no tool');
  },
};

export interface SessionOptions {
  readonly way: HttpWay | Wire;
  /** Speaks the revision that has no `initialize`. */
  readonly isModern: boolean;
  readonly progress: Progress;
  readonly clock: Clock;
}

/** A conversation with one server. `close` must be called, whatever became of it. */
export class Session {
  readonly #client = new Client(SELF, { capabilities: {}, jsonSchemaValidator: NO_VALIDATOR });
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  /** The first thing received that is no message. */
  #stray: string | null = null;
  #offered: string | null = null;
  /** What it tells the model before anything else. */
  #instructions = '';

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#transport = this.#open();
    // The library calls what it finds there, too.
    this.#transport.onmessage = (message) => this.#note(message);
  }

  /** Greets, asks for lists if they are wanted, and pings. Rejects with `Broken`. */
  async talk({ lists = false, digests = false }: Pick<HandshakeOptions, 'lists' | 'digests'>): Promise<void> {
    const { progress, isModern } = this.#options;
    try {
      progress.latencyMs.connect = await this.#timed(() => this.#transport.start());
      this.#transport.start = async () => undefined;
      progress.phase = 'initialize';
      progress.latencyMs.initialize = await this.#timed(() => this.#greet());
      if (lists) {
        progress.phase = 'list';
        if (digests && this.#instructions !== '') progress.instructions = digestText(this.#instructions);
        progress.latencyMs.list = await this.#timed(() => this.#list({ digests }));
      }
      // That revision has none: there is no connection it could be about.
      if (isModern) return;
      progress.phase = 'ping';
      progress.latencyMs.ping = await this.#timed(() => this.#ping());
    } catch (error) {
      throw new Broken(this.#troubleOf(error));
    }
  }

  /** What is known to be wrong while an answer is waited for. */
  trouble(): Trouble | null {
    const { way } = this.#options;
    if (way.kind === 'http') return way.trouble();
    return this.#stray === null ? null : { kind: 'garbage', line: this.#stray };
  }

  /** Ends the session, the connection and the program. Never rejects. */
  async close(): Promise<void> {
    const { way, clock } = this.#options;
    if (this.#transport instanceof StreamableHTTPClientTransport && this.#transport.sessionId) {
      const stop = new AbortController();
      const patience = clock.sleep(GOODBYE_MS, stop.signal).catch(() => undefined);
      await Promise.race([this.#transport.terminateSession().catch(() => undefined), patience]);
      stop.abort();
    }
    await this.#transport.close();
    await way.close();
  }

  #open(): Transport {
    const { way, isModern } = this.#options;
    // With a session there is nothing to initialize, as far as the library is concerned.
    const session = isModern ? { sessionId: '' } : {};
    if (way.kind === 'text') return Object.assign(this.#overWire(way), session);
    const { url, headers, isOlder } = way.options;
    const options = { fetch: way.fetch, requestInit: { headers: { ...headers } } };
    if (isOlder) return new SSEClientTransport(new URL(url), options);
    // Its types have a getter where the interface has an optional property.
    return new StreamableHTTPClientTransport(new URL(url), { ...options, ...session }) as Transport;
  }

  #overWire(wire: Wire): Transport {
    const transport: Transport = {
      start: () =>
        wire.open((text) => {
          const message = parseMessage(text);
          if (message === null) this.#stray ??= text;
          else transport.onmessage?.(message);
        }),
      send: async (message) => wire.send(JSON.stringify(message)),
      close: async () => transport.onclose?.(),
    };
    return transport;
  }

  #note(message: JSONRPCMessage): void {
    const { way } = this.#options;
    if (way.kind === 'http' && !('method' in message)) way.heard(message.id);
    if (this.#offered !== null || !isJSONRPCResultResponse(message)) return;
    const { protocolVersion } = message.result as { protocolVersion?: unknown };
    if (typeof protocolVersion === 'string') this.#offered = protocolVersion;
  }

  async #greet(): Promise<void> {
    const { progress, isModern } = this.#options;
    await this.#client.connect(this.#transport, PATIENCE);
    if (isModern) return this.#discover();
    const { name, version } = this.#client.getServerVersion() ?? { name: '', version: '' };
    progress.protocolVersion = this.#offered ?? '';
    progress.serverInfo = { name, version };
    this.#instructions = this.#client.getInstructions() ?? '';
    progress.capabilities = pruneJson({ ...this.#client.getServerCapabilities() } as JsonObject);
  }

  async #discover(): Promise<void> {
    this.#transport.setProtocolVersion?.(MODERN_VERSION);
    const found = await this.#client.request(
      { method: 'server/discover', params: this.#params() },
      ResultSchema,
      PATIENCE,
    );
    Object.assign(this.#options.progress, readDiscovered(found as JsonObject));
    const { instructions } = found;
    if (typeof instructions === 'string') this.#instructions = instructions;
  }

  async #list(options: PagesOptions): Promise<void> {
    const { progress } = this.#options;
    const { request } = this.#client;
    // As they came: the library drops what it does not know, and what that is changes with its version.
    const ask = (method: string, params: Record<string, unknown>): Promise<object> =>
      request.call(this.#client, { method, params }, ResultSchema, PATIENCE);
    const tools = await this.#all('tools', options, async (params) => {
      const found = await ask('tools/list', params);
      const page = ListToolsResultSchema.parse(found);
      return pageOf(found, 'tools', { names: page.tools.map(({ name }) => name), next: page.nextCursor });
    });
    const prompts = await this.#all('prompts', options, async (params) => {
      const found = await ask('prompts/list', params);
      const page = ListPromptsResultSchema.parse(found);
      return pageOf(found, 'prompts', { names: page.prompts.map(({ name }) => name), next: page.nextCursor });
    });
    const resources = await this.#all('resources', { digests: false }, async (params) => {
      const found = await ask('resources/list', params);
      const page = ListResourcesResultSchema.parse(found);
      return pageOf(found, 'resources', {
        names: page.resources.map(({ uri }) => uri),
        next: page.nextCursor,
      });
    });
    Object.assign(progress, tools, prompts, resources);
  }

  /** One list; nothing when the server has none of that kind. */
  async #all(
    kind: 'tools' | 'prompts' | 'resources',
    options: PagesOptions,
    read: (params: Record<string, unknown>) => Promise<Page>,
  ): Promise<Partial<Record<typeof kind, Offer>>> {
    if (!isJsonObject(this.#options.progress.capabilities?.[kind])) return {};
    try {
      return { [kind]: await readPages((cursor) => read(this.#params(cursor)), options) };
    } catch (error) {
      // Some declare what they do not have.
      const trouble = this.#troubleOf(error);
      if (trouble.kind === 'answer' && trouble.code === METHOD_NOT_FOUND) return {};
      throw error;
    }
  }

  #params(cursor?: string): Record<string, unknown> {
    const meta = this.#options.isModern ? { _meta: modernMeta(SELF) } : {};
    return cursor === undefined ? meta : { ...meta, cursor };
  }

  /** Any answer is a sign of life. */
  async #ping(): Promise<void> {
    await this.#client.request({ method: 'ping' }, ResultSchema, PATIENCE).catch((error: unknown) => {
      if (this.#troubleOf(error).kind !== 'answer') throw error;
    });
  }

  async #timed(step: () => Promise<void>): Promise<number> {
    const { clock } = this.#options;
    const startMs = clock.monotonic();
    await step();
    return roundMs(clock.monotonic() - startMs);
  }

  #troubleOf(error: unknown): Trouble {
    const { way } = this.#options;
    if (error instanceof Broken) return error.trouble;
    if (error instanceof McpformError) throw error;
    const known = way.kind === 'http' ? way.trouble() : null;
    if (known !== null) return known;
    if (error instanceof McpError) {
      return answerOf(error.code, error.message.replace(/^MCP error -?\d+: /, ''), error.data);
    }
    if (this.#offered !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(this.#offered)) {
      return { kind: 'protocol', offered: [this.#offered] };
    }
    const line = firstLineOf(way.kind === 'http' ? way.head() : (this.#stray ?? ''));
    return whatIsNoMessage(error, line);
  }
}

function pageOf(found: object, kind: string, page: Pick<Page, 'names' | 'next'>): Page {
  return { ...page, definitions: (found as Record<string, unknown>)[kind] as readonly JsonObject[] };
}

function parseMessage(text: string): JSONRPCMessage | null {
  try {
    return JSONRPCMessageSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
