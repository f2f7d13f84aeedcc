import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import type { Desired } from '../model/resource.ts';
import type { Policy } from '../policy/policy.ts';
import { signatureRequirements, signatureSubject } from '../policy/signature-requirements.ts';
import type { Declared } from './declare.ts';
import { verifyPin } from './lock/verify-pin.ts';

/**
 * Signatures that machine policy demands of what would be started, verified on this machine: what the lock says of
 * the signer came with the repository. What was verified here before asks nobody. One error per address.
 */
export async function judgeSignatures(
  { resources, lock, loaded }: Declared,
  policies: readonly Policy[],
  ctx: Context,
): Promise<ReadonlyMap<Address, Finding>> {
  const denied = new Map<Address, Finding>();
  const servers = new Map<string, Desired[]>();
  for (const { desired } of resources) {
    const { server } = desired;
    const pin = server === undefined ? undefined : lock.servers[server];
    if (desired.pin === undefined || desired.blocked !== undefined) continue;
    if (server === undefined || pin === undefined) continue;
    const subject = signatureSubject(pin);
    if (subject === null || signatureRequirements(policies, subject).length === 0) continue;
    servers.set(server, [...(servers.get(server) ?? []), desired]);
  }
  await Promise.all(
    [...servers].map(async ([server, users]) => {
      const problem = await problemOf(server, { lock, loaded }, policies, ctx);
      if (problem === null) return;
      for (const { address, at } of users) denied.set(address, { ...problem, address, at });
    }),
  );
  return denied;
}

async function problemOf(
  server: string,
  { lock, loaded }: Pick<Declared, 'lock' | 'loaded'>,
  policies: readonly Policy[],
  ctx: Context,
): Promise<Finding | null> {
  const pin = lock.servers[server];
  if (pin === undefined) return null;
  try {
    const verified = await verifyPin({ pin, known: pin.signer ?? null }, policies, ctx);
    const { compareSigner } = await import('../verify/compare-signer.ts');
    const comparison = { server, locked: pin.signer, verified, isLocked: true, file: loaded.lockPath };
    const findings = compareSigner(comparison);
    return hasErrors(findings) ? (findings[0] as Finding) : null;
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint } = error;
    return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
  }
}
