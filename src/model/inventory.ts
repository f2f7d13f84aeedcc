import type { Address } from './address.ts';
import type { Pointer } from './json.ts';
import type { PinSummary, Place } from './resource.ts';

/** What we remember of one object we wrote. Digests are keyed with the state key; never a value. */
export interface InventoryEntry {
  readonly address: Address;
  readonly provider: string;
  readonly place: Place;
  /** Digest per owned leaf pointer, as last written: the base of the three-way comparison. */
  readonly base: Readonly<Record<Pointer, string>>;
  /** Digest of the whole object as read back after writing (kept and unknown keys included). */
  readonly whole: string;
  /** `Observed.id` when it was last written. */
  readonly objectId?: string;
  readonly protect: boolean;
  /** It was there before us. */
  readonly adopted: boolean;
  readonly onRemove?: 'delete' | 'orphan';
  /** Locators of the secrets it receives. */
  readonly secrets: readonly string[];
  /** By locator, keyed: tells whether a secret still has the value that was written, or seen, last. */
  readonly fingerprints?: Readonly<Record<string, string>>;
  /** By pointer, keyed: the template that was filled in there, with where its secrets are. */
  readonly filled?: Readonly<Record<Pointer, string>>;
  readonly launchDigest: string;
  /** What the lock said it stands for. */
  readonly pin?: PinSummary;
  /** What `mcpform exec` starts for it: the id in the entry. */
  readonly launch?: string;
  readonly dependsOn: readonly Address[];
  /** Git revision the manifest was at, or null. */
  readonly appliedRevision: string | null;
}

/** The books of one stack on one machine. */
export interface Inventory {
  readonly formatVersion: 1;
  readonly lineage: string;
  /** Rises by one with every change of the content. */
  readonly serial: number;
  /** The journal is settled up to here. */
  readonly appliedSeq: number;
  readonly stack: string;
  readonly source: SourceIdentity;
  readonly machineId: string;
  readonly uid: number;
  /** Resolved user config path per client when first written; another one later stops. */
  readonly configs: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<Address, InventoryEntry>>;
  /** Digest of a fixed text: tells whether the key that made all the others is still the one we have. */
  readonly keyCheck?: string;
  /** A rollback holds until Git agrees again. */
  readonly hold?: { readonly generation: number; readonly reason: string };
}

/** Which manifest this is, so that another repository with the same stack name is not taken for it. */
export interface SourceIdentity {
  /** `origin` without credentials, when the manifest lives in a repository that has one. */
  readonly remote: string | null;
  /** Realpath of the (main) repository root, or of the manifest's folder. */
  readonly root: string;
  /** Manifest files relative to the root, in merge order. */
  readonly files: readonly string[];
}
