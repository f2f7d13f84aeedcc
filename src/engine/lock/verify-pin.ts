import type { Context } from '../../model/context.ts';
import type { Pin, Signer } from '../../model/lock.ts';
import type { Policy } from '../../policy/policy.ts';
import { signatureRequirements, signatureSubject, sigstoreOf } from '../../policy/signature-requirements.ts';
import type { Verification } from '../../verify/verification.ts';

export interface PinToVerify {
  readonly pin: Pin;
  /** Who signed, according to the lock; null when it does not say, or when a change of hands is nobody's concern. */
  readonly known: Signer | null;
}

/** Whether anybody asks for a signature of this pin: a policy does, or the lock says who it was. */
export function isVerified({ pin, known }: PinToVerify, policies: readonly Policy[]): boolean {
  const subject = signatureSubject(pin);
  return subject !== null && (known !== null || signatureRequirements(policies, subject).length > 0);
}

/** Rejects with a code of `verify` where a policy's requirement is not met. */
export async function verifyPin(
  { pin, known }: PinToVerify,
  policies: readonly Policy[],
  ctx: Context,
): Promise<Verification> {
  const subject = signatureSubject(pin);
  if (subject === null) return { kind: 'unasked' };
  const verify = await import('../../verify/verify-pin.ts');
  return await verify.verifyPin(
    {
      pin,
      requirements: signatureRequirements(policies, subject),
      known,
      sigstore: sigstoreOf(policies),
      registryOf: async (host) => {
        const { openRegistry } = await import('../../resolve/oci/open-registry.ts');
        return await openRegistry(host, ctx);
      },
      npmEvidence: async (name, version) => {
        const { readAttestations } = await import('../../resolve/npm/attestations.ts');
        return await readAttestations(name, version, ctx);
      },
    },
    ctx,
  );
}
