import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const verifyCodes = {
  VERIFY_SIGNER_CHANGED: e(
    EXIT.error,
    'What the lock pins is signed by another than the lock says. Find out why before you take it: `mcpform lock --update SERVER` writes the new signer.',
  ),
  VERIFY_TRUST_INVALID: e(
    EXIT.denied,
    'A key or trusted root that a machine policy names is missing, writable by others, or not what it should be. Nothing can be verified with it, so nothing is allowed that needs it.',
  ),
  VERIFY_TRUST_UNAVAILABLE: e(
    EXIT.error,
    'The trusted root of the public Sigstore could not be fetched or is not genuine, so no identity can be judged. Try again, or name a trusted root in the policy.',
  ),
  VERIFY_UNSIGNED: e(
    EXIT.denied,
    'There is no signature where a machine policy demands one, or where the lock knows a signer. Have it signed, or ask whoever owns the policy.',
  ),
  VERIFY_UNTRUSTED: e(
    EXIT.denied,
    'There are signatures, but none that a machine policy demands: another signer, another content, expired, or forged. The message says what is wrong with each. Do not ignore this.',
  ),
} as const satisfies Record<string, CodeEntry>;
