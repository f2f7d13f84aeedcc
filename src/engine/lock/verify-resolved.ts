import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { inParallel } from '../../model/in-parallel.ts';
import { toPointer } from '../../model/json.ts';
import type { Pin, Signer } from '../../model/lock.ts';
import type { Policy } from '../../policy/policy.ts';
import { readPolicies } from '../read-policies.ts';
import type { Resolved } from './resolve-pins.ts';
import { isVerified, verifyPin } from './verify-pin.ts';

export interface VerifyOptions {
  readonly lockPath: string;
  /** `--locked`: another signer than the one in the lock is an error. */
  readonly isStrict: boolean;
  readonly parallel: number;
}

/**
 * Finds out who signed what was resolved, where a policy asks for a signature or the lock says who it was until now,
 * and writes the signer into the pin. Without the signature that a policy wants, a server failed.
 */
export async function verifyResolved(
  resolved: readonly Resolved[],
  options: VerifyOptions,
  ctx: Context,
): Promise<readonly Resolved[]> {
  const policies = await readPolicies(ctx);
  return await inParallel(resolved, options.parallel, async (each) => {
    if (each.result === 'failed') return each;
    const known = each.before?.signer ?? null;
    // What is kept, and whose signer is known, was verified when it came into the lock.
    if (each.result === 'kept' && known !== null) return each;
    if (!isVerified({ pin: each.pin, known }, policies)) return each;
    try {
      return await signed(each, { known, policies, ...options }, ctx);
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      return { server: each.server, result: 'failed', before: each.before, error };
    }
  });
}

type Found = Exclude<Resolved, { result: 'failed' }>;

async function signed(
  found: Found,
  {
    known,
    policies,
    lockPath,
    isStrict,
  }: VerifyOptions & { known: Signer | null; policies: readonly Policy[] },
  ctx: Context,
): Promise<Resolved> {
  const { server, before } = found;
  const verification = await verifyPin({ pin: found.pin, known }, policies, ctx);
  const { compareSigner } = await import('../../verify/compare-signer.ts');
  const findings = compareSigner({
    server,
    locked: known ?? undefined,
    verified: verification,
    isLocked: isStrict,
    file: lockPath,
  });
  const first = findings.find(({ severity }) => severity === 'error');
  if (first !== undefined) {
    throw new McpformError(first.code, first.message, {
      ...(first.hint === undefined ? {} : { hint: first.hint }),
      at: { file: lockPath, pointer: toPointer(['servers', server, 'signer']) },
    });
  }
  if (verification.kind !== 'signed' || found.pin.kind === 'local-image') {
    return { ...found, findings: [...found.findings, ...findings] };
  }
  const pin: Pin = { ...found.pin, signer: verification.signer };
  const result = found.result === 'kept' && before?.signer === undefined ? 'updated' : found.result;
  return { ...found, pin, result, findings: [...found.findings, ...findings] };
}
