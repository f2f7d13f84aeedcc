import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Failure } from '../../model/event.ts';
import type { InventoryEntry } from '../../model/inventory.ts';
import type { Template } from '../../model/manifest.ts';
import type { Plan } from '../../model/plan.ts';
import type { Desired, Fill } from '../../model/resource.ts';
import type { SecretValue } from '../../model/secret.ts';
import type { Rendered } from '../observe.ts';
import { filledDigest, withValue } from './fills.ts';
import { type Looks, lookAt } from './look.ts';
import { secretText } from './secret-text.ts';
import type { NamedSource } from './sources.ts';

export interface FillIn {
  readonly plan: Plan;
  readonly rendered: readonly Rendered[];
  /** What was looked at before. */
  readonly looks: Looks;
  readonly sources: ReadonlyMap<string, NamedSource>;
}

export interface FilledIn {
  /** With values: from here on, nothing of it is to be shown. */
  readonly rendered: readonly Rendered[];
  /** Whose secrets cannot be had, and why: these steps fail before they begin, and the rest goes on. */
  readonly unready: ReadonlyMap<Address, Failure>;
}

/**
 * Once a plan is approved: asks for the secrets of what it writes, puts them where they are to stand, and notes for the
 * books which they were. What the client expands itself is nobody's business here.
 */
export async function fillIn({ plan, rendered, looks, sources }: FillIn, ctx: Context): Promise<FilledIn> {
  const written = new Set(
    plan.steps.filter(({ action }) => action !== 'conflict').map(({ address }) => address),
  );
  const concerned = rendered.filter(({ desired }) => written.has(desired.address));
  const open = concerned
    .flatMap(({ desired }) => locatorsOf(desired))
    .filter((locator) => !looks.has(locator));
  const all: Looks = new Map([...looks, ...(await lookAt(open, sources, ctx))]);
  const unready = new Map<Address, Failure>();
  const filled = rendered.map((resource) => {
    const { address } = resource.desired;
    if (!written.has(address) || locatorsOf(resource.desired).length === 0) return resource;
    try {
      return withSecrets(resource, all, ctx);
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      const { code, message, hint } = error;
      unready.set(address, { code, message, ...(hint === undefined ? {} : { hint }) });
      return resource;
    }
  });
  return { rendered: filled, unready };
}

/** Of the secrets that mcpform hands on. */
function locatorsOf({ secrets }: Desired): readonly string[] {
  return [...new Set(secrets.filter(({ via }) => via !== 'reference').map(({ locator }) => locator))];
}

function withSecrets(resource: Rendered, looks: Looks, ctx: Context): Rendered {
  const { desired } = resource;
  const fingerprints: Record<string, string> = {};
  const values = new Map<string, SecretValue>();
  for (const { name, locator, via } of desired.secrets) {
    const look = looks.get(locator);
    if (via === 'reference' || look === undefined) continue;
    if (look.kind === 'failed') throw look.error;
    fingerprints[locator] = look.fingerprint;
    if (name !== undefined) values.set(name, look.value);
  }
  let { attributes } = resource;
  const filled: Record<string, string> = {};
  for (const fill of desired.fills ?? []) {
    attributes = withValue(attributes, fill.pointer, filling(fill, values));
    filled[fill.pointer] = filledDigest(fill, desired, ctx.digest);
  }
  const books: Pick<InventoryEntry, 'fingerprints' | 'filled'> = {
    fingerprints,
    ...(desired.fills === undefined ? {} : { filled }),
  };
  return { ...resource, attributes, books };
}

function filling(fill: Fill, values: ReadonlyMap<string, SecretValue>): string {
  if (fill.kind === 'folder') throw new Error('folders of secrets are made elsewhere');
  return secretText(fill.template as Template, fill.pointer, values);
}
