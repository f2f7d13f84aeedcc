import type { JsonObject } from '../../src/model/json.ts';
import { base64, sha256 } from './keys.ts';

/** What signed: the DER form of a certificate. */
export type Certificate = Buffer;

export const STATEMENT_TYPE = 'application/vnd.in-toto+json';

/** What a signature of an envelope is made over. https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
export function preAuthEncoding(payload: Uint8Array, type = STATEMENT_TYPE): Buffer {
  const head = `DSSEv1 ${type.length} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** Bodies of log entries as Rekor writes them down. */
export type EntryKind = 'dsse' | 'intoto' | 'hashedrekord' | 'hashedrekord-v2' | 'dsse-v2';

export function envelopeEntry(
  kind: EntryKind,
  payload: Buffer,
  signature: Buffer,
  signer: Certificate,
): JsonObject {
  const payloadHash = { algorithm: 'sha256', value: sha256(payload).toString('hex') };
  switch (kind) {
    case 'dsse':
      return {
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: { payloadHash, signatures: [{ signature: base64(signature), verifier: pemText(signer) }] },
      };
    case 'intoto': {
      const sig = Buffer.from(base64(signature)).toString('base64');
      const envelope = { payloadType: STATEMENT_TYPE, signatures: [{ sig, publicKey: pemText(signer) }] };
      return { apiVersion: '0.0.2', kind: 'intoto', spec: { content: { envelope, payloadHash } } };
    }
    case 'dsse-v2':
      return {
        apiVersion: '0.0.2',
        kind: 'dsse',
        spec: {
          dsseV002: {
            payloadHash: { algorithm: 'SHA2_256', digest: base64(sha256(payload)) },
            signatures: [{ content: base64(signature), verifier: rawVerifier(signer) }],
          },
        },
      };
    default:
      return messageEntry(kind, preAuthEncoding(payload), signature, signer);
  }
}

export function messageEntry(
  kind: EntryKind,
  message: Uint8Array,
  signature: Buffer,
  signer: Certificate,
): JsonObject {
  if (kind === 'hashedrekord-v2') {
    const data = { algorithm: 'SHA2_256', digest: base64(sha256(message)) };
    const spec = {
      hashedRekordV002: { data, signature: { content: base64(signature), verifier: rawVerifier(signer) } },
    };
    return { apiVersion: '0.0.2', kind: 'hashedrekord', spec };
  }
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(message).toString('hex') } },
      signature: { content: base64(signature), publicKey: { content: pemText(signer) } },
    },
  };
}

export function certificatePem(certificate: Certificate): string {
  const lines = base64(certificate).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function pemText(certificate: Certificate): string {
  return Buffer.from(certificatePem(certificate)).toString('base64');
}

function rawVerifier(certificate: Certificate): JsonObject {
  return { keyDetails: 'PKIX_ECDSA_P256_SHA_256', x509Certificate: { rawBytes: base64(certificate) } };
}
