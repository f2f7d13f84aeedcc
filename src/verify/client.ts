import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { Json } from '../model/json.ts';
import type { Signer } from '../model/lock.ts';
import { assertBounded } from './bounds.ts';
import { type Candidate, Refusal, type Signed } from './candidate.ts';
import { assertLoggedFor } from './logged-key.ts';
import { fingerprintOf, isSignedBy } from './public-key.ts';

type BundleCandidate = Extract<Candidate, { kind: 'bundle' }>;

/** A Sigstore: authorities, logs and clocks that certificates and their signatures are judged by. */
export interface Sigstore {
  /** Throws what the library throws, or a Refusal, when the bundle does not hold. */
  verify(candidate: BundleCandidate): Signed;
}

/**
 * Reads a trusted root (https://github.com/sigstore/protobuf-specs, `TrustedRoot`). A log that it does not list cannot
 * be asked of a signature, unless `isComplete` says that all kinds must be there. Throws when it is none.
 */
export function openSigstore(root: Json, { isComplete }: { readonly isComplete: boolean }): Sigstore {
  const parsed = TrustedRoot.fromJSON(root);
  if (parsed.certificateAuthorities.length === 0) throw new Error('it lists no certificate authority');
  const verifier = new Verifier(toTrustMaterial(parsed), {
    ctlogThreshold: isComplete || parsed.ctlogs.length > 0 ? 1 : 0,
    tlogThreshold: isComplete || parsed.tlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  });
  return { verify: (candidate) => verifyCertified(verifier, candidate) };
}

function verifyCertified(verifier: Verifier, candidate: BundleCandidate): Signed {
  const bundle = readBundle(candidate);
  const certificate = certificateOf(bundle);
  if (certificate === null) throw new Refusal('it was made with a key, not by an identity');
  ignoreUnprovenTimes(bundle);
  const { identity: names } = verifier.verify(entityOf(bundle, candidate));
  const identity = names?.subjectAlternativeName;
  const issuer = names?.extensions?.issuer;
  if (!identity || !issuer) throw new Refusal('its certificate names no identity or no issuer');
  assertOnlyName(certificate, identity);
  assertLoggedFor(bundle.verificationMaterial.tlogEntries, certificate);
  return { signer: { issuer, identity }, content: contentOf(bundle, candidate) };
}

/** Verifies a bundle with one public key. Log entries and hints in it add nothing to that, and are not looked at. */
export function verifyKeyed(candidate: BundleCandidate, key: KeyObject): Signed {
  const bundle = readBundle(candidate);
  const { content } = bundle;
  const [bytes, signature] =
    content.$case === 'dsseEnvelope'
      ? [preAuthEncoding(content.dsseEnvelope), content.dsseEnvelope.signatures[0]?.sig]
      : [messageOf(candidate), content.messageSignature.signature];
  if (signature === undefined || !isSignedBy(key, bytes, signature)) {
    throw new Refusal('it was not made with that key');
  }
  const signer: Signer = { issuer: 'key', identity: fingerprintOf(key) };
  return { signer, content: contentOf(bundle, candidate) };
}

function readBundle({ bundle }: BundleCandidate): Bundle {
  const read = bundleFromJSON(bundle);
  assertBounded(read.verificationMaterial);
  return read;
}

/**
 * The time of a log entry is signed only together with a promise (a "SET"). Beside a mere proof it is whatever the
 * bundle's author wrote, and the library would take it for the moment of signing.
 */
function ignoreUnprovenTimes({ verificationMaterial }: Bundle): void {
  for (const entry of verificationMaterial.tlogEntries) {
    if (entry.inclusionPromise === undefined) entry.integratedTime = '0';
  }
}

type Entity = ReturnType<typeof toSignedEntity>;

/** Newer signers log an envelope as a `hashedrekord`: the digest of what was signed, which is more than the payload. */
function entityOf(bundle: Bundle, candidate: BundleCandidate): Entity {
  const { content } = bundle;
  if (content.$case === 'messageSignature') return toSignedEntity(bundle, messageOf(candidate));
  const entity = toSignedEntity(bundle);
  const { signature } = entity;
  const signed = createHash('sha256').update(preAuthEncoding(content.dsseEnvelope)).digest();
  return {
    ...entity,
    signature: {
      signature: signature.signature,
      compareSignature: (other) => signature.compareSignature(other),
      compareDigest: (digest) => signature.compareDigest(digest) || signed.equals(digest),
      verifySignature: (key) => signature.verifySignature(key),
    },
  };
}

type Envelope = Extract<Bundle['content'], { $case: 'dsseEnvelope' }>['dsseEnvelope'];

function preAuthEncoding({ payloadType, payload }: Envelope): Buffer {
  return dsse.preAuthEncoding(payloadType, payload);
}

function messageOf({ message }: BundleCandidate): Buffer {
  if (message === null) throw new Refusal('it is a bare signature where a statement belongs');
  return Buffer.from(message);
}

function contentOf({ content }: Bundle, candidate: BundleCandidate): Signed['content'] {
  if (content.$case === 'messageSignature') return { kind: 'message', bytes: messageOf(candidate) };
  const { payloadType, payload } = content.dsseEnvelope;
  if (payloadType !== 'application/vnd.in-toto+json') throw new Refusal('it holds no in-toto statement');
  return { kind: 'statement', bytes: payload };
}

function certificateOf({ verificationMaterial: { content } }: Bundle): X509Certificate | null {
  switch (content.$case) {
    case 'certificate':
      return new X509Certificate(content.certificate.rawBytes);
    case 'x509CertificateChain':
      return new X509Certificate(content.x509CertificateChain.certificates[0]?.rawBytes ?? Buffer.of());
    default:
      return null;
  }
}

/** The library takes the first of several names, and drops the high bit of every character. */
function assertOnlyName({ subjectAltName }: X509Certificate, identity: string): void {
  if (subjectAltName !== `URI:${identity}` && subjectAltName !== `email:${identity}`) {
    throw new Refusal('its certificate has more than one name, or one that is not plain');
  }
}

export interface TufRepository {
  /** Default: the public good instance, whose first root comes with the library. */
  readonly mirror?: { readonly url: string; readonly rootPath: string };
  /** Absolute folder that the library keeps metadata in. */
  readonly cachePath: string;
}

/**
 * The trusted root of a Sigstore through TUF. The library drives network and disk itself: it asks only when what it has
 * is missing or expired, and rejects with its own errors when nothing genuine can be had.
 */
export async function fetchTrustedRoot({ mirror, cachePath }: TufRepository): Promise<Json> {
  const { getTrustedRoot } = await import('@sigstore/tuf');
  const from = mirror === undefined ? {} : { mirrorURL: mirror.url, rootPath: mirror.rootPath };
  const patience = { timeout: 10_000, retry: { retries: 1, minTimeout: 500 } };
  const root = await getTrustedRoot({ ...from, ...patience, cachePath, forceCache: true });
  return TrustedRoot.toJSON(root) as Json;
}
