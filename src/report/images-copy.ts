import { escapeText } from '../formats/escape.ts';
import type { Code } from '../model/codes.ts';
import { bytesWords } from './images-bytes.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';
import { count } from './words.ts';

/** What `images copy` did; `--json` prints it as it is. */
export interface ImagesCopy {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** `REGISTRY[/PREFIX]` */
  readonly to: string;
  /** Nothing was sent; the numbers are what would be. */
  readonly isDryRun: boolean;
  /** Each image once, in the manifest's order; what is not locked comes last. */
  readonly images: readonly CopiedImage[];
}

export interface CopiedImage {
  readonly servers: readonly string[];
  /** As locked, or as the manifest has it where it is not. */
  readonly source: string;
  /** By digest; null where it is not locked. */
  readonly target: string | null;
  /** `current`: all of it was there. */
  readonly result: 'copied' | 'current' | 'failed';
  /** What became of the target's tag; null when there is none, or it was not come to. */
  readonly tag: 'set' | 'moved' | 'there' | null;
  readonly manifests: Tally;
  readonly blobs: Tally;
  readonly bytes: Tally;
  /** Foreign layers that the source does not have either. */
  readonly elsewhere: number;
  /** Signatures, attestations and what else is attached; null when nobody looked. */
  readonly attached: number | null;
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}

/** `mounted`: taken over from another repository of the target. */
export interface Tally {
  readonly sent: number;
  readonly mounted: number;
  readonly there: number;
}

/** Source, target by digest and what was sent of each image; one line that counts. */
export function renderImagesCopy(report: ImagesCopy, options: TextOptions): string {
  const colors = palette(options);
  const { images, isDryRun } = report;
  if (images.length === 0) return 'No server is an image.\n';
  const blocks = images.map((image) => renderImage(image, isDryRun, { options, colors }).join('\n'));
  return `${[...blocks, '', colors.bold(copyLine(report))].join('\n')}\n`;
}

const SYMBOL = { copied: '+', current: '=', failed: '!' } as const;

function renderImage(
  image: CopiedImage,
  isDryRun: boolean,
  { options, colors }: { readonly options: TextOptions; readonly colors: Palette },
): readonly string[] {
  const { result, source, target, error } = image;
  const paint = { copied: colors.green, current: colors.dim, failed: colors.magenta }[result];
  const lines = [
    `${paint(SYMBOL[result])} ${escapeText(source)}`,
    ...(target === null ? [] : [`    -> ${escapeText(target)}`]),
  ];
  if (error === undefined) return [...lines, `    ${doneWords(image, isDryRun)}`];
  return [
    ...lines,
    ...wrap(`${escapeText(error.message)} [${error.code}]`, options.width, '    ', '    '),
    ...(error.hint === undefined
      ? []
      : wrap(escapeText(error.hint), options.width, '    fix: ', '         ')),
    ...(image.bytes.sent === 0
      ? []
      : [`    ${bytesWords(image.bytes.sent)} were sent; the next run goes on from there`]),
  ];
}

function doneWords(image: CopiedImage, isDryRun: boolean): string {
  const { bytes, blobs, manifests, elsewhere, tag, result } = image;
  const what = `${count(blobs.sent, 'blob')}, ${count(manifests.sent, 'manifest')}`;
  const sent = `${bytesWords(bytes.sent)} ${isDryRun ? 'to send' : 'sent'} (${what})`;
  const there = bytes.there === 0 ? [] : [`${bytesWords(bytes.there)} there already`];
  return [
    ...(result === 'current' ? [`all ${bytesWords(bytes.there)} there already`] : [sent, ...there]),
    ...(bytes.mounted === 0 ? [] : [`${bytesWords(bytes.mounted)} taken over inside the registry`]),
    ...(elsewhere === 0 ? [] : [`${count(elsewhere, 'foreign layer')} left where it comes from`]),
    ...(tag === 'moved' ? [isDryRun ? 'tag to move' : 'tag moved'] : []),
    ...attachedWords(image),
  ].join(', ');
}

function attachedWords({ attached }: CopiedImage): readonly string[] {
  if (attached === null) return [];
  if (attached === 0) return ['no signatures'];
  return [
    attached === 1 ? 'with 1 signature or attestation' : `with ${attached} signatures and attestations`,
  ];
}

function copyLine({ images, to, isDryRun }: ImagesCopy): string {
  const terms = [
    [images.filter(({ result }) => result === 'copied').length, isDryRun ? 'to copy' : 'copied'],
    [images.filter(({ result }) => result === 'current').length, 'there already'],
    [images.filter(({ result }) => result === 'failed').length, 'failed'],
  ] as const;
  const counts = terms.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  const sum = (key: keyof Tally): number => images.reduce((total, { bytes }) => total + bytes[key], 0);
  const mounted = sum('mounted') === 0 ? '' : `, ${bytesWords(sum('mounted'))} taken over`;
  const bytes = `${bytesWords(sum('sent'))} ${isDryRun ? 'to send' : 'sent'}${mounted}, ${bytesWords(sum('there'))} there already`;
  return `${escapeText(to)}: ${counts.join(', ')}; ${bytes}.`;
}
