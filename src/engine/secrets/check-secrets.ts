import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import type { Grant } from '../../model/grant.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { CheckedSecret, SecretsCheck } from '../../report/secrets-check.ts';
import type { Declared } from '../declare.ts';
import { type DeclaredSecret, declaredSecrets, secretCalled } from './declared-secrets.ts';
import { grantKey } from './grants.ts';
import { type Look, lookAt } from './look.ts';
import type { NamedSource } from './sources.ts';

export interface CheckRequest {
  /** Asked whether they are granted or not: a person named them. Empty: all that are granted. */
  readonly names: readonly string[];
  /** All, granted or not. */
  readonly all: boolean;
}

export interface Known {
  readonly grants: readonly Grant[];
  readonly inventory: Inventory | null;
}

/** Asks the backends whether secrets can be had, and compares with what was applied. Throws USAGE for unknown names. */
export async function checkSecrets(
  { manifest, resources }: Pick<Declared, 'manifest' | 'resources'>,
  { names, all }: CheckRequest,
  { grants, inventory }: Known,
  ctx: Context,
): Promise<SecretsCheck> {
  const wanted =
    names.length === 0
      ? declaredSecrets(manifest)
      : [...new Set(names)].map((name) => secretCalled(name, manifest));
  const keys = new Set(grants.map(grantKey));
  const uses = resources.flatMap(({ desired }) =>
    desired.secrets.map(({ locator }) => ({
      locator,
      isGranted: keys.has(grantKey({ ...desired, locator })),
    })),
  );
  const whyNot = ({ locator }: DeclaredSecret): CheckedSecret['because'] => {
    if (all || names.length > 0) return undefined;
    const own = uses.filter((use) => use.locator === locator);
    if (own.length === 0) return 'not-used';
    return own.some(({ isGranted }) => isGranted) ? undefined : 'not-granted';
  };
  const asked = wanted.filter((secret) => whyNot(secret) === undefined);
  const sources = new Map(
    asked.map(({ locator, name, source }): [string, NamedSource] => [locator, { name, source }]),
  );
  const looks = await lookAt(sources.keys(), sources, ctx);
  ctx.signal.throwIfAborted();
  return {
    formatVersion: '1.0',
    stack: manifest.name,
    secrets: wanted.map((secret): CheckedSecret => {
      const { name, locator } = secret;
      const because = whyNot(secret);
      if (because !== undefined) return { name, locator, state: 'not-asked', because };
      return { name, locator, ...found(looks.get(locator), holdersOf(locator, inventory)) };
    }),
  };
}

/** By address, what the books say of the value that was applied. */
function holdersOf(locator: string, inventory: Inventory | null): readonly (readonly [Address, string])[] {
  return Object.values(inventory?.entries ?? {}).flatMap(({ address, fingerprints }) => {
    const fingerprint = fingerprints?.[locator];
    return fingerprint === undefined ? [] : [[address, fingerprint] as const];
  });
}

function found(
  look: Look | undefined,
  holders: ReturnType<typeof holdersOf>,
): Pick<CheckedSecret, 'state' | 'addresses' | 'error'> {
  if (look === undefined) throw new Error('a secret that was to be asked was not');
  if (look.kind === 'failed') {
    const { code, message, hint } = look.error;
    return { state: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } };
  }
  const old = holders.filter(([, fingerprint]) => fingerprint !== look.fingerprint);
  if (old.length === 0) return { state: 'ok' };
  return { state: 'changed', addresses: old.map(([address]) => address).sort() };
}
