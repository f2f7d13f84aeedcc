import type { Context } from '../model/context.ts';
import type { Signer } from '../model/lock.ts';
import { isWantedSigner } from '../policy/is-wanted-signer.ts';
import type { Requirement } from '../policy/policy.ts';
import { type Candidate, reasonOf, type Signed } from './candidate.ts';
import { idOf, openTrust, sourceFor, sourcesOf, type Trust, type TrustSource } from './trust.ts';

export interface Question {
  readonly requirements: readonly Requirement[];
  /** Who signed the last time, according to the lock: preferred among several. */
  readonly known: Signer | null;
  /** What judges identities when nothing is required, and `known` is looked for. */
  readonly sigstore: Pick<Requirement, 'trustedRoot' | 'file'>;
  /** What is wrong with a signature although it holds: it is of something else. Null when nothing is. */
  readonly objection: (signed: Signed) => string | null;
}

export interface Verdict {
  /** Whom the requirements accept, in their order; with none of them, everybody who signed. */
  readonly signers: readonly Signer[];
  readonly unmet: readonly Requirement[];
  /** Why candidates proved nothing, each with its place. */
  readonly reasons: readonly string[];
  readonly hasCandidates: boolean;
}

/** A signature that holds and is of the right thing. */
interface Proof {
  readonly source: string;
  readonly signer: Signer;
}

/** Goes through the candidates until every requirement is met. One good signature for each is enough. */
export async function judge(
  candidates: AsyncIterable<Candidate>,
  question: Question,
  ctx: Context,
): Promise<Verdict> {
  const sources =
    question.requirements.length === 0 ? [softSource(question)] : sourcesOf(question.requirements);
  const trusts = new Map<TrustSource, Trust>();
  const proofs: Proof[] = [];
  const reasons: string[] = [];
  let hasCandidates = false;
  for await (const candidate of candidates) {
    hasCandidates = true;
    for (const source of sources) {
      const trust = trusts.get(source) ?? (await openTrust(source, ctx));
      trusts.set(source, trust);
      const outcome = tryCandidate(candidate, trust, question);
      if ('reason' in outcome) reasons.push(`${candidate.place}: ${outcome.reason}`);
      else proofs.push({ source: idOf(source), signer: outcome.signer });
    }
    if (isSettled(proofs, question)) break;
  }
  const unmet = question.requirements.filter((each) => acceptedBy(each, proofs).length === 0);
  return {
    signers: signersOf(proofs, question),
    unmet,
    reasons: [...reasons, ...strangers(proofs, unmet)],
    hasCandidates,
  };
}

function softSource({ sigstore }: Question): TrustSource {
  return { kind: 'root', path: sigstore.trustedRoot, policy: sigstore.file };
}

/** Candidates come from strangers: whatever goes wrong with one is a reason not to believe it, and nothing else. */
function tryCandidate(
  candidate: Candidate,
  trust: Trust,
  { objection }: Question,
): { readonly signer: Signer } | { readonly reason: string } {
  if (candidate.kind === 'unreadable') return { reason: candidate.reason };
  try {
    const signed = trust.verify(candidate);
    const reason = objection(signed);
    return reason === null ? { signer: signed.signer } : { reason };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

function isSettled(proofs: readonly Proof[], { requirements, known }: Question): boolean {
  if (!requirements.every((each) => acceptedBy(each, proofs).length > 0)) return false;
  return known === null ? proofs.length > 0 : proofs.some(({ signer }) => isSameSigner(signer, known));
}

function acceptedBy(requirement: Requirement, proofs: readonly Proof[]): readonly Signer[] {
  return requirement.oneOf.flatMap((wanted) => {
    const source = idOf(sourceFor(wanted, requirement));
    return proofs
      .filter((proof) => proof.source === source)
      .filter(({ signer }) => wanted.kind === 'key' || isWantedSigner(wanted, signer))
      .map(({ signer }) => signer);
  });
}

function signersOf(proofs: readonly Proof[], { requirements }: Question): readonly Signer[] {
  const accepted = requirements.flatMap((each) => acceptedBy(each, proofs));
  return requirements.length === 0 ? proofs.map(({ signer }) => signer) : accepted;
}

function strangers(proofs: readonly Proof[], unmet: readonly Requirement[]): readonly string[] {
  if (unmet.length === 0) return [];
  return proofs.map(({ signer }) => `signed by "${signer.identity}" of "${signer.issuer}"`);
}

export function isSameSigner(a: Signer, b: Signer): boolean {
  return a.issuer === b.issuer && a.identity === b.identity;
}
