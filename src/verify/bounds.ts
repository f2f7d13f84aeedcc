import { Refusal } from './candidate.ts';

/** The parts of a bundle's verification material that have a size. */
interface Material {
  readonly content:
    | { readonly $case: 'certificate'; readonly certificate: Certificate }
    | {
        readonly $case: 'x509CertificateChain';
        readonly x509CertificateChain: { readonly certificates: readonly Certificate[] };
      }
    | { readonly $case: 'publicKey' };
  readonly tlogEntries: readonly Entry[];
  readonly timestampVerificationData:
    | { readonly rfc3161Timestamps: readonly { readonly signedTimestamp: Uint8Array }[] }
    | undefined;
}

interface Certificate {
  readonly rawBytes: Uint8Array;
}

interface Entry {
  readonly logIndex: string;
  readonly integratedTime: string;
  readonly inclusionProof:
    | {
        readonly logIndex: string;
        readonly treeSize: string;
        readonly hashes: readonly unknown[];
        readonly checkpoint: { readonly envelope: string } | undefined;
      }
    | undefined;
}

/** What real bundles stay far below. */
const MOST = {
  entries: 8,
  timestamps: 8,
  certificates: 8,
  hashes: 64,
  digits: 20,
  certificateBytes: 16_384,
  timestampBytes: 32_768,
  checkpointCharacters: 32_768,
};

/** Refuses a bundle whose parts would cost a verifier more than they can prove. */
export function assertBounded({ content, tlogEntries, timestampVerificationData }: Material): void {
  const timestamps = timestampVerificationData?.rfc3161Timestamps ?? [];
  const certificates = certificatesOf(content);
  const isBounded =
    tlogEntries.length <= MOST.entries &&
    timestamps.length <= MOST.timestamps &&
    certificates.length <= MOST.certificates &&
    certificates.every(({ rawBytes }) => rawBytes.length <= MOST.certificateBytes) &&
    timestamps.every(({ signedTimestamp }) => signedTimestamp.length <= MOST.timestampBytes) &&
    tlogEntries.every(isEntryBounded);
  if (!isBounded) throw new Refusal('the bundle is larger than any real one');
  for (const { inclusionProof } of tlogEntries) assertPlainNames(inclusionProof?.checkpoint?.envelope ?? '');
}

function certificatesOf(content: Material['content']): readonly Certificate[] {
  switch (content.$case) {
    case 'certificate':
      return [content.certificate];
    case 'x509CertificateChain':
      return content.x509CertificateChain.certificates;
    default:
      return [];
  }
}

function isEntryBounded({ logIndex, integratedTime, inclusionProof: proof }: Entry): boolean {
  const envelope = proof?.checkpoint?.envelope ?? '';
  const numbers = [logIndex, integratedTime, proof?.logIndex ?? '0', proof?.treeSize ?? '0'];
  return (
    numbers.every(isNumber) &&
    (proof?.hashes.length ?? 0) <= MOST.hashes &&
    envelope.length <= MOST.checkpointCharacters &&
    (envelope === '' || isNumber(envelope.split('\n', 2)[1] ?? ''))
  );
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text) && text.length <= MOST.digits;
}

/**
 * The library compares the names in a checkpoint with the URL of a log as regular expressions: a stranger's expression
 * could run for years. https://github.com/transparency-dev/formats/blob/main/log/README.md
 */
function assertPlainNames(envelope: string): void {
  for (const [, name = ''] of envelope.matchAll(/\u2014 (\S+) /g)) {
    const isPlain = /^[A-Za-z0-9._:/-]{1,200}$/.test(name);
    if (!isPlain) throw new Refusal('a checkpoint is signed by a strange name');
  }
}
