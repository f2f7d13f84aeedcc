import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { SecretContext, SecretValue } from '../../model/secret.ts';

/** One password in the keychain of a system. */
export interface Entry {
  readonly service: string;
  readonly account: string;
  /** For messages. */
  readonly what: string;
}

/** The keychain of one kind of system. Both throw SECRET_*. */
export interface Keychain {
  /** How people call it. */
  readonly title: string;
  /** What is started, by name or absolute. */
  program(ctx: SecretContext): string;
  readonly install: string;
  /** Why it cannot be asked in this session, when that can be seen from here. */
  obstacle?(ctx: SecretContext): Promise<string | null>;
  read(entry: Entry, ctx: SecretContext): Promise<SecretValue>;
  write(entry: Entry, value: SecretValue, ctx: SecretContext): Promise<void>;
}

/** Who people are, where the manifest names no account. Windows has the last one. */
export const USER_VARIABLES = ['USER', 'LOGNAME', 'USERNAME'] as const;

export function toEntry(argument: Json, { env }: SecretContext): Entry {
  const { service, account } = isJsonObject(argument) ? argument : {};
  const user = USER_VARIABLES.map((name) => env[name]).find((name) => name !== undefined && name !== '');
  const who = account ?? user;
  if (typeof service !== 'string' || typeof who !== 'string') {
    throw new McpformError('SECRET_INVALID', 'keychain: that names no service, or nobody knows whose', {
      hint: 'write { service: …, account: … }: without USER there is no default account',
    });
  }
  return { service, account: who, what: `keychain "${service}" (account "${who}")` };
}

/** Everything there is when a keychain failed in a way that nobody has told us about. */
export function unknownFailure(what: string, title: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: ${title} failed`, {
    hint: `see whether ${title} works by itself`,
  });
}
