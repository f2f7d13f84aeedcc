import type { Json } from '../../../src/model/json.ts';
import type { BackendName } from '../../../src/model/secret.ts';
import type { Home } from '../../support/throwaway-home.ts';

/** What a backend can be told to do wrong. */
export type Failure =
  /** It ends with an error, or answers with one, and says the value with it. */
  | 'down'
  /** It is locked, or knows another password than ours. */
  | 'denied'
  /** It does not answer. */
  | 'silent'
  /** It gives the value, and says it on stderr too. */
  | 'talkative'
  /** It answers what nobody understands, with the value in it. */
  | 'garbage';

/** Somebody who keeps secrets in a throw-away home, behind one backend: a real tool, or a double of it. */
export interface Keeper {
  readonly backend: BackendName;
  /** What asks: said where figures are reported. */
  readonly what: string;
  /** What mcpform needs in its environment to find it. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Programs that come first on the PATH. */
  readonly programs?: string;
  /** A program that starts mcpform where it can be asked: it gets the command line. */
  readonly through?: string;
  /** Keeps a value by a name; returns what the manifest says of it. Whoever can keep no such bytes returns null. */
  keep(name: string, value: Uint8Array): Promise<Json | null>;
  /** False: it has no such failure. */
  fail(how: Failure, value: string): Promise<boolean>;
  close?(): Promise<void>;
}

export type OpenKeeper = (home: Home, folder: string) => Promise<Keeper>;

/** A value as text, or null when it is none that a text can hold. */
export function textOf(value: Uint8Array): string | null {
  const text = Buffer.from(value).toString();
  return Buffer.from(text).equals(Buffer.from(value)) && !text.includes('\0') ? text : null;
}
