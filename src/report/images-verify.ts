import { escapeText } from '../formats/escape.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import type { Signer } from '../model/lock.ts';
import { bytesWords } from './images-bytes.ts';
import { palette, type TextOptions } from './style.ts';
import { count } from './words.ts';

/** What `images verify` found; `--json` prints it as it is. */
export interface ImagesVerification {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** Whether every byte was fetched and hashed. */
  readonly isFull: boolean;
  /** Whether every image is as locked and signed as policy wants. */
  readonly isAsLocked: boolean;
  /** Each image once, in the manifest's order. */
  readonly images: readonly VerifiedImage[];
  /** Of servers that are not locked, and infos of those whose image no registry has. */
  readonly findings: readonly Finding[];
}

/**
 * `different`: something of it is gone or other than its digest. `denied`: it is not signed as it shall be.
 * `unknown`: nobody could tell.
 */
export type VerifyResult = 'verified' | 'different' | 'denied' | 'unknown';

export interface VerifiedImage {
  readonly servers: readonly string[];
  /** As locked. */
  readonly image: string;
  readonly result: VerifyResult;
  /** What is there. */
  readonly manifests: number;
  readonly blobs: number;
  /** As the manifests have it; without `--full` that is their word. */
  readonly bytes: number;
  /** Foreign layers that come from elsewhere, as they always did. */
  readonly elsewhere: number;
  /** What the tag stands for by now; null when it is gone, absent when the pin has none or nobody could tell. */
  readonly tag?: string | null;
  /** Whose signature was verified; null when nobody asks for one. */
  readonly signer: Signer | null;
  readonly findings: readonly Finding[];
}

/** A line per image, and one that counts. Findings have their own place. */
export function renderImagesVerification(report: ImagesVerification, options: TextOptions): string {
  const colors = palette(options);
  const { images, findings, isFull } = report;
  if (images.length === 0 && !hasErrors(findings)) {
    return findings.length === 0 ? 'No server is an image.\n' : 'No server is an image of a registry.\n';
  }
  const lines = images.map((each) => {
    const symbol = each.result === 'verified' ? colors.green('=') : colors.magenta('!');
    return `${symbol} ${escapeText(each.image)}  # ${[RESULT[each.result], ...seenWords(each, isFull)].join(', ')}`;
  });
  const sections = [lines.join('\n'), colors.bold(verifiedLine(report))];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const RESULT: Readonly<Record<VerifyResult, string>> = {
  verified: 'as locked',
  different: 'not as locked',
  denied: 'not signed as it shall be',
  unknown: 'could not be verified',
};

function seenWords(
  { manifests, blobs, bytes, elsewhere, signer }: VerifiedImage,
  isFull: boolean,
): readonly string[] {
  const found = `${count(manifests, 'manifest')} and ${count(blobs, 'blob')}`;
  return [
    ...(manifests === 0 ? [] : [`${found} there, ${bytesWords(bytes)}${isFull ? ' hashed' : ''}`]),
    ...(elsewhere === 0 ? [] : [`${count(elsewhere, 'foreign layer')} elsewhere`]),
    ...(signer === null ? [] : [`signed by ${escapeText(signer.identity)}`]),
  ];
}

/** `3 images: 2 as locked, 1 not as locked; see above.` */
function verifiedLine({ images, findings, isAsLocked }: ImagesVerification): string {
  const open = findings.filter(({ severity }) => severity === 'error').length;
  const results: readonly VerifyResult[] = ['verified', 'different', 'denied', 'unknown'];
  const terms = [
    ...results.map(
      (result) => [images.filter((each) => each.result === result).length, RESULT[result]] as const,
    ),
    [open, 'not locked'] as const,
  ];
  const counts = terms.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  const total = count(images.length + open, 'image');
  return isAsLocked ? `${total}: all as locked.` : `${total}: ${counts.join(', ')}; see above.`;
}
