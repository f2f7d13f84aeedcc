import type { Signer } from '../model/lock.ts';
import { isCovered } from './glob.ts';

/**
 * Whether a certificate's issuer and identity are those that are wanted. Whole and exact but for `*`. What stands
 * before the first `@` is compared apart from what follows: a branch may be called `x@refs/tags/v1`, and is no tag.
 */
export function isWantedSigner(
  wanted: { readonly issuer: string; readonly identity: string },
  { issuer, identity }: Signer,
): boolean {
  if (issuer !== wanted.issuer) return false;
  const at = wanted.identity.indexOf('@');
  if (at === -1) return isCovered(wanted.identity, identity);
  const end = identity.indexOf('@');
  return (
    end !== -1 &&
    isCovered(wanted.identity.slice(0, at), identity.slice(0, end)) &&
    isCovered(wanted.identity.slice(at + 1), identity.slice(end + 1))
  );
}
