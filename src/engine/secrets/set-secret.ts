import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { SecretBackend, SecretValue } from '../../model/secret.ts';
import { loadBackend } from '../../secrets/index.ts';
import { type DeclaredSecret, secretCalled } from './declared-secrets.ts';

/** A secret that can be given a value. */
export interface WritableSecret extends DeclaredSecret {
  readonly backend: SecretBackend & Required<Pick<SecretBackend, 'write'>>;
}

/** `unchanged`: it has this value already. */
export type SetResult = 'created' | 'replaced' | 'unchanged';

/** Throws USAGE and SECRET_NOT_WRITABLE, before anybody is asked for the value. */
export async function writableSecret(name: string, manifest: Manifest): Promise<WritableSecret> {
  const secret = secretCalled(name, manifest);
  const backend = await loadBackend(secret.source.backend);
  if (isWritable(backend)) return { ...secret, backend };
  throw new McpformError(
    'SECRET_NOT_WRITABLE',
    `secret "${name}" is in "${backend.name}", which mcpform does not write`,
    { hint: backend.writeHint },
  );
}

function isWritable(backend: SecretBackend): backend is WritableSecret['backend'] {
  return backend.write !== undefined;
}

export interface SetSecret {
  readonly secret: WritableSecret;
  readonly value: SecretValue;
  /** Throws unless another value that is there may go. */
  readonly assertReplaceable: () => Promise<void>;
}

/** Writes the value, and reads it back. Throws SECRET_*, and what `assertReplaceable` throws. */
export async function setSecret(
  { secret, value, assertReplaceable }: SetSecret,
  ctx: Context,
): Promise<SetResult> {
  const { name, backend, source } = secret;
  ctx.conceal.add(value.reveal());
  const before = await existing(secret, ctx);
  if (before !== null && before !== 'unusable' && before.reveal() === value.reveal()) return 'unchanged';
  if (before !== null) await assertReplaceable();
  ctx.signal.throwIfAborted();
  await backend.write(source.argument, value, ctx);
  const after = await backend.read(source.argument, ctx);
  ctx.conceal.add(after.reveal());
  if (after.reveal() !== value.reveal()) {
    throw new McpformError(
      'SECRET_BACKEND_FAILED',
      `secret "${name}" was written to "${backend.name}", and what can be read there is something else`,
      { hint: 'look at it with the tool it belongs to; somebody may have changed it at the same time' },
    );
  }
  return before === null ? 'created' : 'replaced';
}

/** Null: nothing is there. What is no secret at all can be replaced too; every other failure would be one of writing. */
async function existing(
  { backend, source }: WritableSecret,
  ctx: Context,
): Promise<SecretValue | 'unusable' | null> {
  try {
    const value = await backend.read(source.argument, ctx);
    ctx.conceal.add(value.reveal());
    return value;
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    switch (error.code) {
      case 'SECRET_NOT_FOUND':
      case 'SECRET_EMPTY':
        return null;
      case 'SECRET_INVALID':
      case 'SECRET_TOO_LARGE':
        return 'unusable';
      default:
        throw error;
    }
  }
}
