import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Reads a public key that is strong enough to mean something. Throws when it is none. */
export function readPublicKey(source: string | Uint8Array): KeyObject {
  const key =
    typeof source === 'string'
      ? createPublicKey(source)
      : createPublicKey({ key: Buffer.from(source), format: 'der', type: 'spki' });
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const isStrong =
    key.asymmetricKeyType === 'ed25519' ||
    (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) ||
    (key.asymmetricKeyType === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve));
  if (!isStrong) throw new Error('it is no ECDSA, RSA (2048 bit or more) or Ed25519 key');
  return key;
}

/** Whether the key made the signature. cosign hashes with SHA-256 whatever the key, others by the size of the key. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, bytes, key, signature);
  return ['sha256', 'sha384', 'sha512'].some((hash) => verify(hash, bytes, key, signature));
}

/** `SHA256:` and the unpadded base64 of the digest of the key's DER form. */
export function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
}
