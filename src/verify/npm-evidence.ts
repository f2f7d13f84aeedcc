import { McpformError } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { Candidate } from './candidate.ts';
import { fingerprintOf, isSignedBy, readPublicKey } from './public-key.ts';

/** What a registry says about who made one version. Strangers' data. */
export interface NpmEvidence {
  /** As the registry lists them: `{ predicateType, bundle }`. */
  readonly attestations: readonly Json[];
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  readonly keys: readonly RegistryKey[];
  /** Subresource integrity, as the registry has it now. */
  readonly integrity: string;
  /** ISO 8601. A key counts when it expired later; without this, when it has not expired yet. */
  readonly publishedAt?: string | null;
}

interface RegistryKey {
  readonly keyid: string;
  /** Base64 of the DER form. */
  readonly key: string;
  /** ISO 8601; null: never. */
  readonly expires: string | null;
}

const MOST = 32;

/** Attestations, and the registry's signatures of `NAME@VERSION:INTEGRITY`. */
export async function* npmCandidates(id: string, evidence: NpmEvidence): AsyncGenerator<Candidate> {
  for (const [index, attestation] of evidence.attestations.slice(0, MOST).entries()) {
    const place = `attestation ${index + 1}`;
    const bundle = isJsonObject(attestation) ? attestation['bundle'] : undefined;
    yield bundle === undefined
      ? { kind: 'unreadable', place, reason: 'it holds no bundle' }
      : { kind: 'bundle', place, bundle, message: null };
  }
  for (const { keyid, sig } of evidence.signatures.slice(0, MOST)) {
    const place = `registry signature "${keyid}"`;
    yield { kind: 'text', place, text: signedText(id, evidence), signature: sig };
  }
}

/** Throws VERIFY_UNTRUSTED when a signature names a key of the registry that did not make it. */
export function assertRegistrySignatures(id: string, evidence: NpmEvidence): void {
  const text = Buffer.from(signedText(id, evidence));
  for (const { keyid, sig } of evidence.signatures.slice(0, MOST)) {
    const keys = evidence.keys.slice(0, MOST).filter((each) => each.keyid === keyid);
    const read = keys.map(({ key }) => keyOrNull(key)).filter((key) => key !== null);
    if (read.length === 0 || read.some((key) => isSignedBy(key, text, Buffer.from(sig, 'base64')))) continue;
    throw new McpformError(
      'VERIFY_UNTRUSTED',
      `the registry's signature of "npm:${id}" by its key "${keyid}" does not hold`,
      { hint: 'somebody changed what the registry says about this version; do not use it' },
    );
  }
}

/** What is wrong with the key that a fingerprint names: it had expired, says the registry. Null when nothing is. */
export function keyObjection(fingerprint: string, evidence: NpmEvidence, nowMs: number): string | null {
  const whenMs = evidence.publishedAt == null ? nowMs : Date.parse(evidence.publishedAt);
  const ended = evidence.keys
    .slice(0, MOST)
    .filter(({ key }) => fingerprintOrNull(key) === fingerprint)
    .find(({ expires }) => expires !== null && !(whenMs < Date.parse(expires)));
  return ended === undefined ? null : `that key expired on ${ended.expires}`;
}

function signedText(id: string, { integrity }: NpmEvidence): string {
  return `${id}:${integrity}`;
}

function fingerprintOrNull(text: string): string | null {
  const key = keyOrNull(text);
  return key === null ? null : fingerprintOf(key);
}

/** A key that cannot be read vouches for nothing. */
function keyOrNull(text: string): ReturnType<typeof readPublicKey> | null {
  try {
    return readPublicKey(Buffer.from(text, 'base64'));
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
