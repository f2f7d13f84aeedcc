import type { Context } from '../model/context.ts';
import { parseImageReference } from '../model/image-reference.ts';
import type { ImagePin, PackagePin, Pin, Signer } from '../model/lock.ts';
import type { Registry } from '../model/registry.ts';
import type { Requirement } from '../policy/policy.ts';
import { isSameSigner } from './judge.ts';
import type { NpmEvidence } from './npm-evidence.ts';
import { signedBy, type Verification, verificationOf } from './verification.ts';
import { readVerified, rememberVerified } from './verified-cache.ts';
import { verifyImage } from './verify-image.ts';
import { verifyNpm } from './verify-npm.ts';

export interface PinQuestion {
  readonly pin: Pin;
  /** `signatureRequirements` of the pin's subject. */
  readonly requirements: readonly Requirement[];
  /** Who signed according to the lock; null when it does not say, or when nobody is to be looked for. */
  readonly known: Signer | null;
  /** What judges identities when nothing is required and somebody is known: `sigstoreOf` the policies. */
  readonly sigstore: Pick<Requirement, 'trustedRoot' | 'file'>;
  /** By host, as `parseImageReference` gives it. */
  readonly registryOf: (host: string) => Promise<Registry>;
  readonly npmEvidence: (name: string, version: string) => Promise<NpmEvidence>;
}

/**
 * Whether what a pin stands for is signed as required, and by whom. What was verified on this machine before, by the
 * same keys and roots, asks nobody. Nothing required and nobody known: `unasked`. Rejects with a code of `verify`, or
 * with what the registry rejects with.
 */
export async function verifyPin(question: PinQuestion, ctx: Context): Promise<Verification> {
  const { pin, requirements, known } = question;
  if (pin.kind === 'local-image') return verifyNobody(pin.image, question);
  const isKeyed = known !== null && known.issuer === 'key';
  // Of a key, the lock has the fingerprint alone.
  if (requirements.length === 0 && (known === null || isKeyed)) return { kind: 'unasked' };
  if (pin.kind === 'package' && !pin.package.startsWith('npm:')) return { kind: 'unasked' };
  const asked = { subject: subjectOf(pin), requirements };
  const isCached = requirements.length > 0;
  const before = isCached ? await readVerified(asked, ctx) : null;
  if (before !== null && (known === null || before.some((each) => isSameSigner(each, known)))) {
    return signedBy(before, known);
  }
  const verified = await (pin.kind === 'image' ? askImage(pin, question, ctx) : askNpm(pin, question, ctx));
  if (isCached && verified.kind === 'signed') await rememberVerified(asked, [verified.signer], ctx);
  return verified;
}

/** Signatures are kept beside an image in its registry. */
function verifyNobody(name: string, question: PinQuestion): Verification {
  if (question.requirements.length === 0 && question.known === null) return { kind: 'unasked' };
  return verificationOf(
    name,
    { unmet: question.requirements, signers: [], reasons: [], hasCandidates: false },
    question,
  );
}

/** The content: what an image is called, and where it comes from, changes nothing about who signed it. */
function subjectOf(pin: ImagePin | PackagePin): string {
  if (pin.kind === 'package') return `${pin.package} ${pin.integrity}`;
  return `image ${parseImageReference(pin.image).digest}`;
}

async function askImage(pin: ImagePin, question: PinQuestion, ctx: Context): Promise<Verification> {
  const { registry: host, repository, digest } = parseImageReference(pin.image);
  if (digest === undefined) throw new Error(`the pin "${pin.image}" has no digest`);
  const registry = await question.registryOf(host);
  return verifyImage({ ...question, registry, repository, digest, name: pin.image }, ctx);
}

async function askNpm(pin: PackagePin, question: PinQuestion, ctx: Context): Promise<Verification> {
  const at = pin.package.lastIndexOf('@');
  const name = pin.package.slice('npm:'.length, at);
  const version = pin.package.slice(at + 1);
  const evidence = await question.npmEvidence(name, version);
  return verifyNpm({ ...question, name, version, integrity: pin.integrity ?? '', evidence }, ctx);
}
