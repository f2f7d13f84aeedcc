import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { JsonObject, Pointer } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Desired } from '../model/resource.ts';

/** What should exist, in its provider's words: `attributes` are normalised and are what will be written. */
export interface Resource {
  readonly desired: Desired;
  readonly attributes: JsonObject;
}

/**
 * All that follows from the texts alone. Plain JSON, so that it can be cached under what it was made from; findings
 * are located and none is an error.
 */
export interface Expansion {
  readonly manifest: Manifest;
  readonly lock: Lock;
  readonly resources: readonly Resource[];
  /** Where servers with `enabled: false` would be. */
  readonly disabled: readonly Address[];
  readonly findings: readonly Finding[];
  /** Places of what looks like a credential and was let pass; absent when there are none. */
  readonly literals?: readonly Pointer[];
}
