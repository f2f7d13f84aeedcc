import { escapeText } from '../formats/escape.ts';
import { assertNever } from '../model/assert-never.ts';
import { bytesWords } from './images-bytes.ts';
import { count } from './words.ts';

/** What happens while images are copied or verified. */
export type ImagesEvent =
  | { readonly kind: 'image.started'; readonly image: string }
  | {
      readonly kind: 'image.finished';
      readonly image: string;
      readonly result: ImageResult;
    }
  /** An image turned out to have this much to move. */
  | { readonly kind: 'found'; readonly blobs: number; readonly bytes: number }
  /** Were moved; negative when they were in vain. */
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Of those that were not `sent`, no bytes were told. */
  | { readonly kind: 'blob'; readonly result: string; readonly bytes: number };

/** `current`: there was nothing to do. */
export type ImageResult = 'done' | 'current' | 'failed';

/** How far it is. Add events to it one by one. */
export interface ImagesProgress {
  readonly images: { readonly total: number; readonly finished: number };
  readonly blobs: { readonly total: number; readonly finished: number };
  readonly bytes: { readonly total: number; readonly finished: number };
  /** Bytes that came over the wire, for the rate. */
  readonly moved: number;
}

export function noProgress(images: number): ImagesProgress {
  const none = { total: 0, finished: 0 };
  return { images: { total: images, finished: 0 }, blobs: none, bytes: none, moved: 0 };
}

export function addEvent(progress: ImagesProgress, event: ImagesEvent): ImagesProgress {
  const { images, blobs, bytes, moved } = progress;
  switch (event.kind) {
    case 'image.started':
      return progress;
    case 'image.finished':
      return { ...progress, images: { ...images, finished: images.finished + 1 } };
    case 'found':
      return {
        ...progress,
        blobs: { ...blobs, total: blobs.total + event.blobs },
        bytes: { ...bytes, total: bytes.total + event.bytes },
      };
    case 'bytes':
      return {
        ...progress,
        bytes: { ...bytes, finished: bytes.finished + event.bytes },
        moved: moved + event.bytes,
      };
    case 'blob': {
      const more = event.result === 'sent' ? 0 : event.bytes;
      return {
        ...progress,
        blobs: { ...blobs, finished: blobs.finished + 1 },
        bytes: { ...bytes, finished: bytes.finished + more },
      };
    }
    default:
      return assertNever(event);
  }
}

/** `checking`: a copy that sends nothing. */
export type ImagesWork = 'copying' | 'checking' | 'verifying' | 'pulling';

/** `copying 20 images, 3 done: 12 of 80 blobs, 45.2 MB of 312.0 MB, 12.3 MB/s` */
export function progressLine(
  work: ImagesWork,
  { images, blobs, bytes, moved }: ImagesProgress,
  ms: number,
): string {
  const whole = `${work} ${count(images.total, 'image')}, ${images.finished} done`;
  if (blobs.total === 0 && bytes.total === 0) return whole;
  const rate = ms >= 1000 && moved > 0 ? `, ${bytesWords(Math.round((moved * 1000) / ms))}/s` : '';
  const size = `${bytesWords(bytes.finished)} of ${bytesWords(bytes.total)}`;
  // An engine says how much it fetches, and not of how many parts.
  const parts = blobs.total === 0 ? '' : `${blobs.finished} of ${count(blobs.total, 'blob')}, `;
  return `${whole}: ${parts}${size}${rate}`;
}

const FINISHED: Readonly<Record<ImagesWork, Readonly<Record<ImageResult, string>>>> = {
  copying: { done: 'copied', current: 'is there already', failed: 'failed' },
  checking: { done: 'is to be copied', current: 'is there already', failed: 'cannot be copied' },
  pulling: { done: 'pulled', current: 'is there already', failed: 'could not be pulled' },
  verifying: { done: 'is as locked', current: 'is as locked', failed: 'failed' },
};

/** A line for a log, when an image is finished; null for all other events. */
export function finishedLine(work: ImagesWork, event: ImagesEvent): string | null {
  if (event.kind !== 'image.finished') return null;
  return `${escapeText(event.image)} ${FINISHED[work][event.result]}`;
}
