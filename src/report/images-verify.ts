import { escapeText } from '../formats/escape.ts';
import type { Finding } from '../model/finding.ts';
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
  /** Of servers that are not locked. */
  readonly findings: readonly Finding[];
}

export interface VerifiedImage {
  readonly servers: readonly string[];
  /** As locked. */
  readonly image: string;
  readonly isAsLocked: boolean;
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
  if (images.length === 0 && findings.length === 0) return 'No server is an image.\n';
  const lines = images.map((each) => {
    const symbol = each.isAsLocked ? colors.green('=') : colors.magenta('!');
    return `${symbol} ${escapeText(each.image)}  # ${seenWords(each, isFull)}`;
  });
  const sections = [lines.join('\n'), colors.bold(verifiedLine(report))];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function seenWords(
  { manifests, blobs, bytes, elsewhere, signer, isAsLocked }: VerifiedImage,
  isFull: boolean,
): string {
  const found = `${count(manifests, 'manifest')} and ${count(blobs, 'blob')}`;
  const how = isFull ? `${bytesWords(bytes)} hashed` : bytesWords(bytes);
  return [
    isAsLocked ? `whole: ${found}, ${how}` : `not as locked: ${found} are there and right`,
    ...(elsewhere === 0 ? [] : [`${count(elsewhere, 'foreign layer')} elsewhere`]),
    ...(signer === null ? [] : [`signed by ${escapeText(signer.identity)}`]),
  ].join(', ');
}

function verifiedLine({ images, findings }: ImagesVerification): string {
  const wrong = images.filter(({ isAsLocked }) => !isAsLocked).length;
  const unlocked = findings.length === 0 ? '' : `, ${count(findings.length, 'image')} not locked`;
  if (wrong === 0 && unlocked === '') return `${count(images.length, 'image')}: all as locked.`;
  return `${wrong} of ${count(images.length, 'image')} not as locked${unlocked}; see above.`;
}
