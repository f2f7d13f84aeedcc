import { createPublicKey, X509Certificate } from 'node:crypto';
import { isJsonObject, type Json } from '../model/json.ts';
import { Refusal } from './candidate.ts';

/**
 * Each log entry must be about the certificate itself. The library compares signature and digest with the entry, not
 * who signed: an entry under another key would hide the signature from whoever watches the log for this identity.
 */
export function assertLoggedFor(
  entries: readonly { readonly canonicalizedBody: Uint8Array }[],
  certificate: X509Certificate,
): void {
  for (const { canonicalizedBody } of entries) {
    const body = JSON.parse(Buffer.from(canonicalizedBody).toString('utf8')) as Json;
    const logged = WHERE.map((path) => at(body, path)).find((each) => typeof each === 'string');
    if (typeof logged !== 'string' || !isOf(Buffer.from(logged, 'base64'), certificate)) {
      throw new Refusal('its log entry is about another key or certificate');
    }
  }
}

/** Where the kinds of entries keep the key or certificate: hashedrekord, dsse and intoto, of Rekor 1 and 2. */
const WHERE: readonly (readonly string[])[] = [
  ['spec', 'signature', 'publicKey', 'content'],
  ['spec', 'signatures', '0', 'verifier'],
  ['spec', 'content', 'envelope', 'signatures', '0', 'publicKey'],
  ['spec', 'hashedRekordV002', 'signature', 'verifier', 'x509Certificate', 'rawBytes'],
  ['spec', 'hashedRekordV002', 'signature', 'verifier', 'publicKey', 'rawBytes'],
  ['spec', 'dsseV002', 'signatures', '0', 'verifier', 'x509Certificate', 'rawBytes'],
  ['spec', 'dsseV002', 'signatures', '0', 'verifier', 'publicKey', 'rawBytes'],
];

function at(value: Json, path: readonly string[]): Json | undefined {
  let here: Json | undefined = value;
  for (const key of path) {
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(key)];
    else if (isJsonObject(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here;
}

/** Rekor 1 keeps PEM, Rekor 2 DER; both a certificate or only its key. */
function isOf(logged: Buffer, certificate: X509Certificate): boolean {
  const other = certificateIn(logged);
  if (other !== null) return other.raw.equals(certificate.raw);
  const isPem = logged.includes('-----BEGIN');
  const key = createPublicKey(isPem ? logged : { key: logged, format: 'der', type: 'spki' });
  return key.equals(certificate.publicKey);
}

function certificateIn(bytes: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(bytes);
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
