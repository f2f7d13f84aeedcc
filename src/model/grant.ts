import type { Address } from './address.ts';

/**
 * That a secret may go to an address, for as long as what is launched there stays the same. Kept per machine; a
 * manifest cannot grant anything.
 */
export interface Grant {
  /** `backend:key`. */
  readonly locator: string;
  readonly address: Address;
  /** `Desired.launchDigest`. */
  readonly launchDigest: string;
  /** ISO 8601, UTC. */
  readonly grantedAt: string;
  /** An approved plan, or `mcpform grant add`. */
  readonly by: 'apply' | 'command';
}
