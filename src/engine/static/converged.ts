import { ownershipDigest } from '../../lock/ownership-digest.ts';
import type { Address } from '../../model/address.ts';
import type { InventoryEntry } from '../../model/inventory.ts';
import type { Pointer } from '../../model/json.ts';
import { digestWhole } from '../../model/leaves.ts';
import type { Lock, SharedOwnership } from '../../model/lock.ts';
import type { Observed } from '../../model/resource.ts';
import type { SecretFacts } from '../../plan/plan-input.ts';
import type { Rendered } from '../observe.ts';
import { filledDigest, valueAt, withValue } from '../secrets/fills.ts';
import { grantKey } from '../secrets/grants.ts';
import { toRecord } from '../to-work.ts';
import { nominalDigest } from './nominal.ts';

/** A machine that has all that a revision asks for: what is there, and what its books say. */
export interface Converged {
  readonly objects: ReadonlyMap<string, Observed>;
  readonly entries: Readonly<Record<Address, InventoryEntry>>;
  readonly shared: Readonly<Record<Address, SharedOwnership>>;
  readonly secrets: SecretFacts;
  /** The texts for which `objects` have something else: where secrets were filled in. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What could not be written then, and what depends on it, is not there. */
export function converge(rendered: readonly Rendered[], { ownership }: Pick<Lock, 'ownership'>): Converged {
  const isAdopted = (address: Address): boolean => ownership[address]?.adopted === true;
  const written = withoutBlocked(rendered).map(fillIn);
  const entries = written.map(({ resource, filled }): InventoryEntry => {
    const adopted = isAdopted(resource.desired.address);
    const facts = { revision: null, adopted, digest: nominalDigest };
    const books = Object.keys(filled).length === 0 ? {} : { filled };
    return {
      ...toRecord({ ...resource, books }, facts),
      whole: digestWhole(resource.attributes, nominalDigest),
    };
  });
  const resources = written.map(({ resource }) => resource);
  return {
    objects: new Map(
      resources.map(({ place, attributes }) => [place.key, { place, attributes, unknown: [] }]),
    ),
    entries: Object.fromEntries(entries.map((entry) => [entry.address, entry])),
    shared: Object.fromEntries(
      resources
        .filter(({ place }) => place.isShared)
        .map((each) => [each.desired.address, ownershipOf(each, isAdopted(each.desired.address))]),
    ),
    secrets: grantedTo(resources),
    texts: new Map(written.flatMap(({ texts }) => texts)),
  };
}

function withoutBlocked(rendered: readonly Rendered[]): readonly Rendered[] {
  const absent = new Set<Address>();
  for (let before = -1; before < absent.size; ) {
    before = absent.size;
    for (const { desired } of rendered) {
      const isAbsent = desired.blocked !== undefined || desired.dependsOn.some((need) => absent.has(need));
      if (isAbsent) absent.add(desired.address);
    }
  }
  return rendered.filter(({ desired }) => !absent.has(desired.address));
}

interface Filled {
  readonly resource: Rendered;
  readonly filled: Readonly<Record<Pointer, string>>;
  readonly texts: readonly (readonly [string, string])[];
}

/** Stands for the secret: of the template and where its secrets are, and equal to no text that asks for it. */
function fillIn(resource: Rendered): Filled {
  const { desired } = resource;
  let { attributes } = resource;
  const filled: Record<Pointer, string> = {};
  const texts: (readonly [string, string])[] = [];
  for (const fill of desired.fills ?? []) {
    const text = valueAt(attributes, fill.pointer);
    if (typeof text !== 'string') continue;
    const digest = filledDigest(fill, desired, nominalDigest);
    filled[fill.pointer] = digest;
    const value = `mcpform:filled:${digest}`;
    attributes = withValue(attributes, fill.pointer, value);
    texts.push([value, text]);
  }
  return { resource: { ...resource, attributes }, filled, texts };
}

function ownershipOf({ desired, attributes }: Rendered, adopted: boolean): SharedOwnership {
  return { digest: ownershipDigest(attributes), adopted, protect: desired.lifecycle.protect };
}

/** All that it asked for was granted; no value is known to have changed. */
function grantedTo(resources: readonly Rendered[]): SecretFacts {
  const granted = new Set(
    resources.flatMap(({ desired: { address, launchDigest, secrets } }) =>
      secrets.map(({ locator }) => grantKey({ locator, address, launchDigest })),
    ),
  );
  return {
    isGranted: ({ locator }, { address, launchDigest }) =>
      granted.has(grantKey({ locator, address, launchDigest })),
    hasChanged: () => false,
  };
}
