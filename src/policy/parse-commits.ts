import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { PolicyCommitSigner, PolicyDocument } from '../schema/policy.types.ts';
import type { CommitSigner, Policy } from './policy.ts';

/** `commits` of a policy that has the right shape, or the entries that name no signer. */
export function readCommits(
  { commits }: PolicyDocument,
  file: string,
): { readonly read: Pick<Policy, 'commits'>; readonly findings: readonly Finding[] } {
  if (commits === undefined) return { read: {}, findings: [] };
  const signers = commits.map(readSigner);
  const findings = signers.flatMap((signer, index): readonly Finding[] =>
    signer === null ? [incomplete(file, index)] : [],
  );
  return { read: { commits: signers.filter((signer) => signer !== null) }, findings };
}

function readSigner({ ssh, principal, gpg, keyFile }: PolicyCommitSigner): CommitSigner | null {
  if (ssh !== undefined && gpg === undefined && keyFile === undefined) {
    return { kind: 'ssh', key: ssh, principal: principal ?? null };
  }
  if (gpg === undefined || keyFile === undefined || ssh !== undefined || principal !== undefined) return null;
  return { kind: 'gpg', fingerprint: gpg.toUpperCase(), keyFile };
}

function incomplete(file: string, index: number): Finding {
  return {
    code: 'POLICY_INVALID',
    severity: 'error',
    message: 'does not say whose signature is wanted',
    hint: 'write `ssh` (and `principal`), or `gpg` and `keyFile`',
    at: { file, pointer: toPointer(['commits', String(index)]), part: 'value' },
  };
}
