import type { Context } from './context.ts';
import type { Json } from './json.ts';
import type { Diagnosis } from './provider.ts';

/** Where a secret is, as the manifest says it. Paths in `argument` are absolute here. */
export interface SecretSource {
  readonly backend: BackendName;
  readonly argument: Json;
}

/** In the order in which people meet them. The schema's `secret` has a property of each name; a test compares. */
export const BACKEND_NAMES = [
  'env',
  'file',
  'exec',
  'dotenv',
  'sops',
  'age',
  'pass',
  'op',
  'lpass',
  'bws',
  'vault',
  'aws',
  'gcp',
  'keychain',
  'docker',
] as const;

export type BackendName = (typeof BACKEND_NAMES)[number];

/**
 * A secret's value. It shows itself to nobody by accident: printed, joined to a text, inspected or turned to JSON, it
 * is `(secret)`. Whoever has to hand it on asks for it with `reveal`.
 */
export class SecretValue {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

const SHOWN = '(secret)';

/**
 * The world as a backend may see it. `env` is not simply ours: what says where and as whom a backend asks is as it was
 * when the secret was granted, so that nobody who starts a server can send it elsewhere.
 */
export type SecretContext = Pick<Context, 'system' | 'home' | 'env' | 'platform' | 'signal'>;

/**
 * One way to keep secrets: a folder of `secrets/` each, loaded only when a secret of it is asked for. Whatever goes
 * wrong is a SECRET_* failure that names the backend and what was asked for, and never holds what a program or server
 * printed: that may be the secret.
 */
export interface SecretBackend {
  readonly name: BackendName;
  /**
   * Environment variables that say where it asks: kept as they were at approval. Never secret. `VAULT_ADDR`. Here and
   * in `session`, a `*` at the end stands for any rest of a name: `OP_SESSION_*`.
   */
  readonly settings: readonly string[];
  /** Environment variables that say who asks, or how to reach this person's session: taken as they are now. */
  readonly session: readonly string[];
  /** Throws SECRET_*. Changes nothing. */
  read(argument: Json, ctx: SecretContext): Promise<SecretValue>;
  /** Absent: it cannot be written through us, and `writeHint` says how else. The value is never an argument of a program. */
  write?(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void>;
  readonly writeHint: string;
  /** Whether what it needs is there, reads no secret. `argument`s: those that the manifest at hand has, may be empty. */
  diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis>;
}

/** The most a secret may have, in bytes: what every system can pass in one environment variable. */
export const MAX_SECRET_BYTES = 64 * 1024;
