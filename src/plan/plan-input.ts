import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Json, JsonObject, Pointer } from '../model/json.ts';
import type { SharedOwnership } from '../model/lock.ts';
import type { Move } from '../model/manifest.ts';
import type { HeldBecause, Plan, Step } from '../model/plan.ts';
import type { Desired, Observed, Place, SecretUse } from '../model/resource.ts';

/** A desired resource with what its provider made of it: where it lives and what it shall hold. */
export interface PlannedResource {
  readonly desired: Desired;
  readonly place: Place;
  /** Rendered and normalised. */
  readonly attributes: JsonObject;
  /** Where the template of a secret stands for a value that somebody else changed: the manifest did not move there. */
  readonly drifted?: readonly Pointer[];
}

/** What the planner asks of a provider, by name. */
export interface Traits {
  isSensitive(pointer: Pointer): boolean;
  forcesReplacement(pointer: Pointer, change: { readonly before?: Json; readonly after?: Json }): boolean;
  ownsAll?(place: Place): boolean;
  isVolatile?(pointer: Pointer): boolean;
  holdsData?(place: Place): boolean;
}

/** What is known of secrets without their values. */
export interface SecretFacts {
  /** Whether it was granted to this address, as it is launched now. */
  readonly isGranted: (use: Pick<SecretUse, 'locator'>, desired: Desired) => boolean;
  /** Whether its value was looked at, and is another than the one that was written or seen last for this address. */
  readonly hasChanged: (use: Pick<SecretUse, 'locator'>, address: Address) => boolean;
}

/** Everything a plan is made of. The order of lists and maps never matters. */
export interface PlanInput {
  readonly stack: string;
  readonly mode: Plan['mode'];
  readonly lineage: string | null;
  readonly serial: number;
  readonly machine: string;
  readonly desired: readonly PlannedResource[];
  /** Addresses of servers with `enabled: false`. */
  readonly disabled: ReadonlySet<Address>;
  /** By `place.key`, ours or not. */
  readonly observed: ReadonlyMap<string, Observed>;
  /** Files that could not be read, and why. Nothing in them is taken for absent. */
  readonly unavailable: ReadonlyMap<string, Finding>;
  /** The inventory. */
  readonly entries: Readonly<Record<Address, InventoryEntry>>;
  /** Ownership from the lock; it alone counts for shared places, where the inventory is a cache. */
  readonly shared: Readonly<Record<Address, SharedOwnership>>;
  /** Where addresses of `shared` live that are neither desired nor in the inventory. */
  readonly sharedPlaces?: Readonly<Record<Address, Place>>;
  readonly ownershipDigest: (attributes: JsonObject) => string;
  readonly moved: readonly Move[];
  /** What machine policy forbids. */
  readonly denied: ReadonlyMap<Address, Finding>;
  readonly secrets: SecretFacts;
  readonly traits: (provider: string) => Traits;
  /** Keyed digest of this machine. */
  readonly digest: (text: string) => string;
  readonly options: PlanOptions;
  /** From earlier stages, passed through. An error without a conflict to its name forbids applying. */
  readonly findings: readonly Finding[];
}

export interface PlanOptions {
  readonly targets: readonly Address[];
  readonly takeOwnership: readonly Address[];
  /** Whether the manifest's files are those the inventory was made with. */
  readonly filesChanged: 'same' | 'changed' | 'accepted';
  /** What the loop leaves alone of the steps, by address. Pure. */
  readonly hold?: (
    steps: readonly Step[],
    losesData: (step: Step) => boolean,
  ) => ReadonlyMap<Address, HeldBecause>;
  /** Addresses to strike from the books without touching what is there. */
  readonly forget?: readonly Address[];
}
