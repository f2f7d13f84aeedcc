import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { PolicyDocument, PolicySignature } from '../schema/policy.types.ts';
import type { Policy, Requirement, WantedSignature } from './policy.ts';

/** `signatures` and `sigstore` of a policy that has the right shape, or what can never protect anything in them. */
export function readSignatures(
  { signatures, sigstore }: PolicyDocument,
  file: string,
): { readonly read: Pick<Policy, 'signatures' | 'trustedRoot'>; readonly findings: readonly Finding[] } {
  const trustedRoot = sigstore?.trustedRoot ?? null;
  const findings: Finding[] = [];
  const requirements = Object.entries(signatures ?? {}).map(([pattern, value]): Requirement => {
    const refuse = (refusal: Refusal | null, path: readonly string[], part: 'key' | 'value'): void => {
      if (refusal === null) return;
      const at = { file, pointer: toPointer(['signatures', pattern, ...path]), part };
      findings.push({ code: 'POLICY_INVALID', severity: 'error', ...refusal, at });
    };
    refuse(uselessPattern(pattern), [], 'key');
    const list: readonly PolicySignature[] = Array.isArray(value) ? value : [value];
    const oneOf = list.flatMap((each, index) => {
      const wanted = readSignature(each);
      if (wanted === null) refuse(INCOMPLETE, Array.isArray(value) ? [String(index)] : [], 'value');
      return wanted ?? [];
    });
    return { pattern, file, oneOf, trustedRoot };
  });
  const read = {
    ...(requirements.length === 0 ? {} : { signatures: requirements }),
    ...(trustedRoot === null ? {} : { trustedRoot }),
  };
  return { read, findings };
}

type Refusal = Pick<Finding, 'message' | 'hint'>;

const INCOMPLETE: Refusal = {
  message: 'does not say whose signature is wanted',
  hint: 'write `issuer` and `identity`, or `key` alone',
};

function readSignature({ issuer, identity, key }: PolicySignature): WantedSignature | null {
  if (key !== undefined) return issuer === undefined && identity === undefined ? { kind: 'key', key } : null;
  return issuer === undefined || identity === undefined ? null : { kind: 'identity', issuer, identity };
}

/** A pattern that no image and no npm package has would silently demand nothing. */
function uselessPattern(pattern: string): Refusal | null {
  if (pattern === '*') return null;
  const message = `"${pattern}" can never match anything in \`signatures\``;
  if (/^(?:pypi|git|mcpb):(?!\d+\/)/.test(pattern)) {
    return {
      message,
      hint: 'signatures of images and npm packages can be verified, and of nothing else yet',
    };
  }
  if (pattern.startsWith('npm:')) {
    // A version would have an `@` that does not begin the name.
    const isName = /^npm:@?[^@\s]+$/.test(pattern);
    return isName ? null : { message, hint: 'write the name without a version: `npm:@acme/*`' };
  }
  const isName = /^[^\s@:/]+(?::[0-9*]+)?(?:\/[^\s@:/]+)+$|^[^\s@:/.]+$/.test(pattern);
  return isName ? null : { message, hint: 'write an image without tag and digest: `ghcr.io/acme/*`' };
}
