import { McpformError } from '../model/error.ts';
import type { Signer } from '../model/lock.ts';
import type { Requirement } from '../policy/policy.ts';
import { isSameSigner, type Question, type Verdict } from './judge.ts';

export type Verification =
  /** Every requirement is met; `signer` is what the lock should say. */
  | { readonly kind: 'signed'; readonly signer: Signer }
  /** Nothing is required and the lock knows a signer, but no signature of anybody holds. */
  | { readonly kind: 'unsigned' }
  /** Nothing is required and nobody is known, so nothing was looked at. */
  | { readonly kind: 'unasked' };

/** What a verdict means. Throws VERIFY_UNSIGNED or VERIFY_UNTRUSTED when a requirement is not met. */
export function verificationOf(
  subject: string,
  verdict: Verdict,
  { known }: Pick<Question, 'known'>,
): Verification {
  const [first] = verdict.unmet;
  if (first !== undefined) throw refusal(subject, first, verdict);
  return signedBy(verdict.signers, known);
}

/** The known signer when that one signed too: another machine may require, and have found, another. */
export function signedBy(signers: readonly Signer[], known: Signer | null): Verification {
  const same = signers.find((each) => known !== null && isSameSigner(each, known));
  const signer = same ?? signers[0];
  return signer === undefined ? { kind: 'unsigned' } : { kind: 'signed', signer };
}

function refusal(subject: string, requirement: Requirement, verdict: Verdict): McpformError {
  const { file, pattern } = requirement;
  const demand = `the policy "${file}" demands for "${pattern}"`;
  if (!verdict.hasCandidates) {
    return new McpformError('VERIFY_UNSIGNED', `"${subject}" is not signed, which ${demand}`, {
      hint: `have it signed by ${wantedBy(requirement)}`,
    });
  }
  return new McpformError(
    'VERIFY_UNTRUSTED',
    `no signature of "${subject}" is what ${demand}: ${inShort(verdict.reasons)}`,
    { hint: `wanted: ${wantedBy(requirement)}` },
  );
}

function wantedBy({ oneOf }: Requirement): string {
  const each = oneOf.map((wanted) =>
    wanted.kind === 'key' ? `the key "${wanted.key}"` : `"${wanted.identity}" of "${wanted.issuer}"`,
  );
  return each.join(', or ');
}

const MOST_REASONS = 5;

function inShort(reasons: readonly string[]): string {
  const unique = [...new Set(reasons)];
  const shown = unique.slice(0, MOST_REASONS).join('; ');
  return unique.length > MOST_REASONS ? `${shown}; and ${unique.length - MOST_REASONS} more` : shown;
}
