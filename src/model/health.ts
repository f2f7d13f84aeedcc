import type { Code } from './codes.ts';
import type { Context } from './context.ts';
import type { JsonObject } from './json.ts';

/** A server that is asked whether it works. */
export type HealthTarget =
  | {
      readonly kind: 'http';
      /** `http:` or `https:`; with transport `ws` also `ws:` or `wss:`. */
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** `http` is streamable HTTP, `sse` the older HTTP+SSE. */
      readonly transport: 'http' | 'sse' | 'ws';
    }
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      /** All there is: nothing of ours is added. */
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string;
    };

export interface HandshakeOptions {
  /** For all of it; ending the server comes on top. */
  readonly timeoutMs: number;
  /** Whether to ask what the server offers. Default: no. */
  readonly lists?: boolean;
  /** With `lists`: also the digests of what it offers. Default: no. */
  readonly digests?: boolean;
  /** How long a program may take to end by itself, and again after SIGTERM. Default: 2 s. */
  readonly graceMs?: number;
  /** Values that must not be in a failure, besides those of headers and of the environment. */
  readonly secrets?: readonly string[];
}

/** What came of one check. Plain data. */
export interface Health {
  /** `unauthorized`: it is there and answers, but not to us (HTTP 401 or 403). Then there is a failure, too. */
  readonly state: 'healthy' | 'unhealthy' | 'unauthorized';
  /** The revision that was agreed on: `2025-11-25`. */
  readonly protocolVersion?: string;
  readonly serverInfo?: { readonly name: string; readonly version: string };
  /** As declared, cut off below a few levels. */
  readonly capabilities?: JsonObject;
  /** Digest of what it tells the model beside its tools; absent when that was not asked, or is nothing. */
  readonly instructions?: string;
  /** Absent when it was not asked, or offers none of the kind. */
  readonly tools?: Offer;
  readonly prompts?: Offer;
  /** By URI. */
  readonly resources?: Offer;
  readonly latencyMs: Latency;
  readonly failure?: HealthFailure;
}

export interface Offer {
  readonly count: number;
  /** Sorted by code unit, as the server wrote them. */
  readonly names: readonly string[];
  /** By name: `sha256:` + hex of the definition. Absent when they were not asked for. */
  readonly digests?: Readonly<Record<string, string>>;
}

/** Each is absent when it did not come to that. */
export interface Latency {
  /**
   * Until there was a way to talk: the program runs, the event stream or the socket is open. Streamable HTTP connects
   * with the first request, so there it is 0. For a plain check, the whole of it.
   */
  readonly connect?: number;
  readonly initialize?: number;
  readonly list?: number;
  readonly ping?: number;
}

export type HealthCode = Extract<Code, `HEALTH_${string}`>;

export interface HealthFailure {
  readonly code: HealthCode;
  readonly message: string;
  readonly hint: string;
  /** What the server said last: lines without control characters and without what looks like a credential. */
  readonly detail?: readonly string[];
}

/**
 * One check. Settles soon after `ctx.signal` aborts; rejects only with the signal's reason, or for a bug.
 */
export type Probe = (ctx: Context) => Promise<Health>;

/**
 * Waits until something that was just started works, or says why not. Whoever started it knows how it is doing; the
 * gate knows what to ask it.
 */
export type Gate = (started: Started, ctx: Context) => Promise<Health>;

export interface Started {
  /**
   * The check that is part of it, where it has one: an engine runs it, and this reads what came of it so far. Its
   * failure is HEALTH_COMMAND once the engine has come to a verdict, and HEALTH_TIMEOUT before that.
   */
  readonly probe?: Probe;
  /** Settles when it ended by itself: `stopped with exit code 3`. Waiting for anything else is over then. */
  readonly ended: Promise<string>;
  /** What it wrote last, as it is. */
  lastLines(): Promise<readonly string[]>;
}

export interface GateOptions {
  /** Between the end of one check and the start of the next. */
  readonly intervalMs: number;
  /** For one check. A check keeps its own time, too, and knows better what took it; so it has a few seconds more here. */
  readonly timeoutMs: number;
  /** How many checks in a row must fail. */
  readonly retries: number;
  /** Checks that start in this time after the gate did may fail as often as they like. They come sooner, too. */
  readonly startPeriodMs: number;
}
