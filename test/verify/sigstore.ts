import { type KeyObject, sign } from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { base64, derOf, ecKeys, type KeyPair, sha256 } from './keys.ts';
import {
  type Certificate,
  certificatePem,
  type EntryKind,
  envelopeEntry,
  messageEntry,
  preAuthEncoding,
  STATEMENT_TYPE,
} from './log-entries.ts';

export const ISSUER = 'https://token.actions.githubusercontent.com';
export const IDENTITY = 'https://github.com/acme/tools/.github/workflows/release.yml@refs/tags/v2';

/** How one signature is made; each test changes one thing. */
export interface Signing {
  readonly identity?: string;
  readonly issuer?: string;
  /** No promise of a certificate log in the certificate. */
  readonly isUnpromised?: boolean;
  /** `set`: a signed time and a proof; `proof`: a proof alone; `none`: not logged. Default: `set`. */
  readonly log?: 'set' | 'proof' | 'none';
  readonly entry?: EntryKind;
  /** With a timestamp of the timestamp authority. */
  readonly isTimestamped?: boolean;
  /** When the log and the timestamp authority saw it. Default: the moment the certificate was made. */
  readonly at?: Date;
  /** The certificate that the log is told about. Default: the one that signs. */
  readonly loggedAs?: Certificate;
}

/** A whole Sigstore in memory, of the project's own mocks: real certificates, logs, signatures and times. */
export interface LocalSigstore {
  /** When its certificates are made. */
  readonly start: Date;
  readonly trustedRoot: JsonObject;
  /** A bundle of version 0.3 with an in-toto statement. */
  readonly attest: (statement: Json, signing?: Signing) => Promise<JsonObject>;
  /** A bundle of version 0.3 with a bare signature. */
  readonly sign: (message: Uint8Array, signing?: Signing) => Promise<JsonObject>;
  /** The annotations of a layer as cosign wrote them before there were bundles. */
  readonly annotate: (payload: Uint8Array, signing?: Signing) => Promise<Record<string, string>>;
  /** A certificate, and the key that belongs to it. */
  readonly certify: (signing?: Signing) => Promise<{ certificate: Certificate; privateKey: KeyObject }>;
}

export async function localSigstore(): Promise<LocalSigstore> {
  const parts = await makeParts();
  return {
    start: parts.start,
    trustedRoot: trustedRootOf(parts),
    attest: (statement, signing = {}) => attest(parts, Buffer.from(JSON.stringify(statement)), signing),
    sign: (message, signing = {}) => signMessage(parts, message, signing),
    annotate: (payload, signing = {}) => annotate(parts, payload, signing),
    certify: (signing = {}) => certify(parts, signing),
  };
}

interface Parts {
  readonly start: Date;
  readonly promiseKeys: KeyPair;
  readonly logKeys: KeyPair;
  readonly tsaKeys: KeyPair;
  readonly authority: Awaited<ReturnType<typeof initializeCA>>;
  /** Makes certificates that no log promised to take up. */
  readonly silentAuthority: Awaited<ReturnType<typeof initializeCA>>;
  readonly tsa: Awaited<ReturnType<typeof initializeTSA>>;
}

async function makeParts(): Promise<Parts> {
  // A minute ahead, because authorities are valid only from when they are made; timestamps have whole seconds.
  const start = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 60_000);
  const [promiseKeys, logKeys, tsaKeys] = [ecKeys(), ecKeys(), ecKeys()];
  return {
    start,
    promiseKeys,
    logKeys,
    tsaKeys,
    authority: await initializeCA(ecKeys('P-384'), await initializeCTLog(promiseKeys, start), start),
    silentAuthority: await initializeCA(ecKeys('P-384'), undefined, start),
    tsa: await initializeTSA(tsaKeys, start),
  };
}

function trustedRootOf({ promiseKeys, logKeys, authority, silentAuthority, tsa }: Parts): JsonObject {
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const log = (baseUrl: string, { publicKey }: KeyPair): JsonObject => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(derOf(publicKey)), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: base64(sha256(derOf(publicKey))) },
  });
  const chain = (...certificates: readonly ArrayBufferView[]): JsonObject => ({
    subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
    certChain: { certificates: certificates.map((each) => ({ rawBytes: base64(each) })) },
    validFor,
  });
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log('https://rekor.example.com', logKeys)],
    certificateAuthorities: [chain(authority.rootCertificate), chain(silentAuthority.rootCertificate)],
    ctlogs: [log('https://ctlog.example.com', promiseKeys)],
    timestampAuthorities: [chain(tsa.intCertificate, tsa.rootCertificate)],
  };
}

async function attest(parts: Parts, payload: Buffer, signing: Signing): Promise<JsonObject> {
  const { certificate, privateKey } = await certify(parts, signing);
  const signature = sign('sha256', preAuthEncoding(payload), privateKey);
  const logged = signing.loggedAs ?? certificate;
  const body = envelopeEntry(signing.entry ?? 'dsse', payload, signature, logged);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: await material(parts, { certificate, signature, body }, signing),
    dsseEnvelope: {
      payloadType: STATEMENT_TYPE,
      payload: base64(payload),
      signatures: [{ sig: base64(signature) }],
    },
  };
}

async function signMessage(parts: Parts, message: Uint8Array, signing: Signing): Promise<JsonObject> {
  const { certificate, privateKey } = await certify(parts, signing);
  const signature = sign('sha256', message, privateKey);
  const logged = signing.loggedAs ?? certificate;
  const body = messageEntry(signing.entry ?? 'hashedrekord', message, signature, logged);
  const messageDigest = { algorithm: 'SHA2_256', digest: base64(sha256(message)) };
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: await material(parts, { certificate, signature, body }, signing),
    messageSignature: { messageDigest, signature: base64(signature) },
  };
}

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
async function annotate(
  parts: Parts,
  payload: Uint8Array,
  signing: Signing,
): Promise<Record<string, string>> {
  const { certificate, privateKey } = await certify(parts, signing);
  const signature = sign('sha256', payload, privateKey);
  const body = messageEntry('hashedrekord', payload, signature, signing.loggedAs ?? certificate);
  const entry = await log(parts, body, signing);
  const { body: text, integratedTime, logIndex, logID, verification } = entry;
  const bundle = {
    SignedEntryTimestamp: verification.signedEntryTimestamp,
    Payload: { body: text, integratedTime, logIndex, logID },
  };
  const stamp = { SignedRFC3161Timestamp: await timestamp(parts, signature, signing) };
  return {
    'dev.cosignproject.cosign/signature': base64(signature),
    'dev.sigstore.cosign/certificate': certificatePem(certificate),
    ...(signing.log === 'none' ? {} : { 'dev.sigstore.cosign/bundle': JSON.stringify(bundle) }),
    ...(signing.isTimestamped ? { 'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify(stamp) } : {}),
  };
}

async function certify(
  { authority, silentAuthority }: Parts,
  { identity = IDENTITY, issuer = ISSUER, isUnpromised = false }: Signing,
): Promise<{ certificate: Certificate; privateKey: KeyObject }> {
  const { publicKey, privateKey } = ecKeys();
  const certificate = await (isUnpromised ? silentAuthority : authority).issueCertificate({
    publicKey: derOf(publicKey),
    subjectAltName: identity,
    extensions: [{ oid: '1.3.6.1.4.1.57264.1.8', value: issuer }],
  });
  return { certificate: Buffer.from(base64(certificate), 'base64'), privateKey };
}

async function material(
  parts: Parts,
  { certificate, signature, body }: { certificate: Certificate; signature: Buffer; body: JsonObject },
  signing: Signing,
): Promise<JsonObject> {
  const stamps = signing.isTimestamped
    ? [{ signedTimestamp: await timestamp(parts, signature, signing) }]
    : [];
  return {
    certificate: { rawBytes: base64(certificate) },
    tlogEntries: signing.log === 'none' ? [] : [await bundledEntry(parts, body, signing)],
    timestampVerificationData: { rfc3161Timestamps: stamps },
  };
}

async function bundledEntry(parts: Parts, body: JsonObject, signing: Signing): Promise<JsonObject> {
  const entry = await log(parts, body, signing);
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
    kindVersion: { kind: body['kind'] as string, version: body['apiVersion'] as string },
    integratedTime: String(entry.integratedTime),
    ...(signing.log === 'proof' ? {} : { inclusionPromise: { signedEntryTimestamp } }),
    inclusionProof: {
      logIndex: String(proof.logIndex),
      treeSize: String(proof.treeSize),
      rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

/** What Rekor answers, as far as signatures need it. */
interface LogEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly checkpoint: string;
    };
  };
}

async function log({ logKeys, start }: Parts, body: JsonObject, { at = start }: Signing): Promise<LogEntry> {
  const rekor = await initializeTLog('https://rekor.example.com', logKeys, at);
  return Object.values(await rekor.log(body))[0] as unknown as LogEntry;
}

async function timestamp(
  { tsaKeys, start }: Parts,
  signature: Buffer,
  { at = start }: Signing,
): Promise<string> {
  const tsa = await initializeTSA(tsaKeys, at);
  const token = await tsa.timestamp({
    artifactHash: sha256(signature),
    hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
    nonce: 1,
    policyOID: '1.3.6.1.4.1.57264.2',
  });
  return base64(token);
}
