import type { Json } from '../model/json.ts';
import type { Signer } from '../model/lock.ts';

/** Something that somebody stored as a signature; nothing of it is believed yet. */
export type Candidate =
  /** A Sigstore bundle. `message` is what a bare signature in it must be of; null: it must hold its own statement. */
  | {
      readonly kind: 'bundle';
      readonly place: string;
      readonly bundle: Json;
      readonly message: Uint8Array | null;
    }
  /** A bare ECDSA signature of a text, in base64. */
  | {
      readonly kind: 'text';
      readonly place: string;
      readonly text: string;
      readonly signature: string;
    }
  | { readonly kind: 'unreadable'; readonly place: string; readonly reason: string };

/** What a signature holds for, once the cryptography does: who signed what. */
export interface Signed {
  readonly signer: Signer;
  /** An in-toto statement, or the bytes that were given to verify a bare signature. */
  readonly content:
    | { readonly kind: 'statement'; readonly bytes: Uint8Array }
    | { readonly kind: 'message'; readonly bytes: Uint8Array };
}

/** A signature proves nothing. Never leaves this room: it becomes a reason in a message. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What went wrong, in a few words. Bundles are written by strangers, and errors of libraries quote them. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
