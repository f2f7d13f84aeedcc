import { createHash } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { parseJson } from './statement.ts';

/**
 * The older format of cosign: the layer is a small JSON payload, its annotations hold signature, certificate and log
 * entry. Gives the same as a Sigstore bundle of version 0.1, or what is wrong.
 * https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
export function bundleOfLayer(
  payload: Uint8Array,
  annotations: Readonly<Record<string, unknown>>,
): { readonly bundle: JsonObject } | { readonly reason: string } {
  const text = (key: string): string | null => {
    const value = annotations[key];
    return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS ? value : null;
  };
  const signature = text('dev.cosignproject.cosign/signature');
  if (signature === null) return { reason: 'its layer carries no signature' };
  const entries = logEntries(text('dev.sigstore.cosign/bundle'));
  if (entries === null) return { reason: 'its log entry is not as cosign writes it' };
  const digest = createHash('sha256').update(payload).digest('base64');
  return {
    bundle: {
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
      verificationMaterial: {
        ...keyMaterial(text('dev.sigstore.cosign/certificate')),
        tlogEntries: entries,
        timestampVerificationData: {
          rfc3161Timestamps: timestamps(text('dev.sigstore.cosign/rfc3161timestamp')),
        },
      },
      messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest }, signature },
    },
  };
}

const MOST_CHARACTERS = 65_536;

/** The chain beside the certificate is not taken: authorities come from the trusted root alone. */
function keyMaterial(pem: string | null): JsonObject {
  const body = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/.exec(pem ?? '')?.[1];
  if (body === undefined) return { publicKey: { hint: '' } };
  return { x509CertificateChain: { certificates: [{ rawBytes: body.replace(/\s/g, '') }] } };
}

function logEntries(text: string | null): readonly Json[] | null {
  if (text === null) return [];
  const entry = parseJson(Buffer.from(text));
  const payload = isJsonObject(entry) ? entry['Payload'] : undefined;
  if (!isJsonObject(entry) || !isJsonObject(payload)) return null;
  const { body, integratedTime, logIndex, logID } = payload;
  const promise = entry['SignedEntryTimestamp'];
  const isEntry =
    [body, logID, promise].every((each) => typeof each === 'string') &&
    [integratedTime, logIndex].every(Number.isSafeInteger);
  const decoded = isEntry ? parseJson(Buffer.from(String(body), 'base64')) : undefined;
  if (!isJsonObject(decoded)) return null;
  return [
    {
      logIndex: String(logIndex),
      logId: { keyId: Buffer.from(String(logID), 'hex').toString('base64') },
      kindVersion: { kind: decoded['kind'] ?? '', version: decoded['apiVersion'] ?? '' },
      integratedTime: String(integratedTime),
      inclusionPromise: { signedEntryTimestamp: String(promise) },
      canonicalizedBody: String(body),
    },
  ];
}

function timestamps(text: string | null): readonly Json[] {
  const parsed = text === null ? undefined : parseJson(Buffer.from(text));
  const signedTimestamp = isJsonObject(parsed) ? parsed['SignedRFC3161Timestamp'] : undefined;
  return typeof signedTimestamp === 'string' ? [{ signedTimestamp }] : [];
}

/** What is wrong with a signed payload of that format; null when it names the digest. */
export function payloadObjection(bytes: Uint8Array, digest: string): string | null {
  const payload = parseJson(bytes);
  const critical = isJsonObject(payload) ? payload['critical'] : undefined;
  if (!isJsonObject(critical) || critical['type'] !== 'cosign container image signature') {
    return 'what was signed is no statement about an image';
  }
  // `critical.identity.docker-reference` is what the signer called it: mirrors and copies have other names.
  const image = critical['image'];
  const signed = isJsonObject(image) ? image['docker-manifest-digest'] : undefined;
  return signed === digest ? null : 'it is a signature of another image';
}
