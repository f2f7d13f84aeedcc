import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { SecretValue } from '../../model/secret.ts';
import { loadBackend } from '../../secrets/index.ts';
import type { NamedSource } from './sources.ts';

/** What looking at one secret came to. */
export type Look =
  | { readonly kind: 'value'; readonly value: SecretValue; readonly fingerprint: string }
  | { readonly kind: 'failed'; readonly error: McpformError };

/** By locator. */
export type Looks = ReadonlyMap<string, Look>;

/** Most backends wait for a program or a server. */
const PARALLEL = 8;

/**
 * Asks the backends for these secrets, each once. One that cannot be had leaves the others alone. From here on no value
 * among them is shown anywhere.
 */
export async function lookAt(
  locators: Iterable<string>,
  sources: ReadonlyMap<string, NamedSource>,
  ctx: Context,
): Promise<Looks> {
  const wanted = [...new Set(locators)].flatMap((locator) => {
    const named = sources.get(locator);
    return named === undefined ? [] : [{ locator, ...named }];
  });
  const looks = await inParallel(wanted, PARALLEL, async ({ locator, name, source }) => {
    return [locator, await lookAtOne({ locator, name, source }, ctx)] as const;
  });
  return new Map(looks);
}

async function lookAtOne(
  { locator, name, source }: NamedSource & { readonly locator: string },
  ctx: Context,
): Promise<Look> {
  try {
    const backend = await loadBackend(source.backend);
    const value = await backend.read(source.argument, ctx);
    ctx.conceal.add(value.reveal());
    return { kind: 'value', value, fingerprint: fingerprintOf(locator, value, ctx) };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint, cause } = error;
    const named = new McpformError(code, `secret "${name}": ${message}`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
    return { kind: 'failed', error: named };
  }
}

/** Keyed, and bound to where the secret is: equal values of two secrets do not look equal. */
function fingerprintOf(locator: string, value: SecretValue, { digest }: Pick<Context, 'digest'>): string {
  return digest(`secret\n${locator}\n${value.reveal()}`);
}
