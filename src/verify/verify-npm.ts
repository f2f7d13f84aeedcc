import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Signed } from './candidate.ts';
import { judge, type Question } from './judge.ts';
import { assertRegistrySignatures, keyObjection, type NpmEvidence, npmCandidates } from './npm-evidence.ts';
import { PROVENANCE, statementObjection } from './statement.ts';
import { type Verification, verificationOf } from './verification.ts';

export interface NpmQuestion extends Omit<Question, 'objection'> {
  readonly name: string;
  readonly version: string;
  /** Of the lock: `sha512-…`. */
  readonly integrity: string;
  readonly evidence: NpmEvidence;
}

/**
 * Whether a version is signed as required: by the identity behind an attestation, or by a key as registries sign. The
 * registry must have the locked integrity, and its own signatures must hold wherever it shows keys for them. Rejects
 * with a code of `verify`, or with RESOLVE_INTEGRITY. Of a version's dependencies it says nothing.
 */
export async function verifyNpm(npm: NpmQuestion, ctx: Context): Promise<Verification> {
  const id = `${npm.name}@${npm.version}`;
  const hex = lockedDigest(id, npm);
  assertRegistrySignatures(id, npm.evidence);
  const nowMs = ctx.system.clock.now();
  const objection = ({ content, signer }: Signed): string | null => {
    const late = signer.issuer === 'key' ? keyObjection(signer.identity, npm.evidence, nowMs) : null;
    if (late !== null || content.kind === 'message') return late;
    const digest = { algorithm: 'sha512', hex } as const;
    return statementObjection(content.bytes, { predicates: PREDICATES, digest, name: packageUrl(npm) });
  };
  const question: Question = { ...npm, objection };
  const verdict = await judge(npmCandidates(id, npm.evidence), question, ctx);
  return verificationOf(`npm:${id}`, verdict, question);
}

const PREDICATES = new Set([
  ...PROVENANCE,
  'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
]);

/** https://github.com/package-url/purl-spec: only the `@` of a scope is escaped, as npm writes it. */
function packageUrl({ name, version }: NpmQuestion): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function lockedDigest(id: string, { integrity, evidence }: NpmQuestion): string {
  const locked = sha512Of(integrity);
  if (locked !== null && locked === sha512Of(evidence.integrity)) return locked;
  throw new McpformError(
    'RESOLVE_INTEGRITY',
    `"npm:${id}" has the integrity "${evidence.integrity}" in the registry, and "${integrity}" in the lock`,
    { hint: 'a version never changes: find out who changed this one before you use it' },
  );
}

/** The digest in a subresource integrity as hex; null when it does not have exactly one. */
function sha512Of(integrity: string): string | null {
  const digests = integrity.split(/\s+/).filter((each) => each.startsWith('sha512-'));
  const [, base64] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(digests[0] ?? '') ?? [];
  return digests.length === 1 && base64 !== undefined ? Buffer.from(base64, 'base64').toString('hex') : null;
}
