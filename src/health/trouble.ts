/** What went wrong, before anybody put it in words. Texts are as the server wrote them. */
export type Trouble =
  /** The platform's reason why there is no connection; `isEncrypted`: one by TLS was wanted. */
  | { readonly kind: 'network'; readonly code: string; readonly isEncrypted: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly line: string }
  | { readonly kind: 'redirect'; readonly to: string }
  /** It is a server, of another transport than it was asked over. */
  | { readonly kind: 'transport'; readonly speaks: 'http' | 'sse' }
  | { readonly kind: 'no-socket' }
  /** Something that is no message of the protocol. `because`: why a message that looks like one is none. */
  | { readonly kind: 'garbage'; readonly line: string; readonly because?: string }
  /** A JSON-RPC error (https://www.jsonrpc.org/specification, section 5.1). */
  | {
      readonly kind: 'answer';
      readonly code: number;
      readonly message: string;
      /** Revisions of the protocol that it would take instead. */
      readonly supported?: readonly string[];
    }
  | { readonly kind: 'protocol'; readonly offered: readonly string[] }
  | { readonly kind: 'program'; readonly code: string }
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly kind: 'closed' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'endless-list' }
  | { readonly kind: 'target'; readonly because: string }
  | { readonly kind: 'timeout' };

/** What a handshake was at when it failed. */
export type Phase = 'connect' | 'initialize' | 'list' | 'ping';

/** Trouble on its way up. Never leaves this room: it becomes a failure in a `Health`. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.kind);
    this.trouble = trouble;
  }
}
