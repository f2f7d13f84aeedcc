import { escapeText } from '../formats/escape.ts';
import type { LeftImage, PruneOutcome, PruneReport } from '../model/prune.ts';
import { bytesWords } from './images-bytes.ts';
import { imageWords } from './pin-words.ts';
import { type Palette, palette, SYMBOLS, type TextOptions, wrap } from './style.ts';
import { count } from './words.ts';

/** What goes, what stays although nobody names it, and how much that is. */
export function renderPrune(report: PruneReport, options: TextOptions): string {
  const colors = palette(options);
  const lines = report.images.map((image) => imageLine(image, report.images, colors));
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), colors.bold(pruneLine(report))].join('\n')}\n`;
}

/** `Remove 2 images? Only "yes" does it: ` */
export function pruneQuestion(report: PruneReport): string {
  return `Remove ${count(leaving(report).length, 'image')}? Only "yes" does it: `;
}

const KEPT: Readonly<Record<NonNullable<LeftImage['kept']>, string>> = {
  'in-use': 'stays: a container is made from it',
  tagged: 'stays: somebody gave it a tag',
  recent: 'stays for now: it was pulled within the hour',
};

function imageLine(image: LeftImage, all: readonly LeftImage[], colors: Palette): string {
  const { kept, bytes, pulled } = image;
  const name = nameOf(image, all);
  if (kept !== null) return `${colors.dim(SYMBOLS.forget)} ${name}  ${KEPT[kept]}`;
  return `${colors.red(SYMBOLS.delete)} ${name}  ${bytesWords(bytes)}, pulled ${pulled.slice(0, 10)}`;
}

function nameOf({ engine, image }: LeftImage, all: readonly LeftImage[]): string {
  const hasSeveral = new Set(all.map((each) => each.engine)).size > 1;
  return `${hasSeveral ? `${escapeText(engine)}: ` : ''}${imageWords(image)}`;
}

const leaving = ({ images }: PruneReport): readonly LeftImage[] => images.filter(({ kept }) => kept === null);

function sizeOf(images: readonly LeftImage[]): string {
  return bytesWords(images.reduce((sum, { bytes }) => sum + bytes, 0));
}

function pruneLine(report: PruneReport): string {
  const { needed, unknown } = report;
  const images = leaving(report);
  const rest = [
    ...(needed === 0 ? [] : [`${needed} still needed`]),
    ...(unknown === 0 ? [] : [`${unknown} on engines that cannot be asked`]),
  ];
  // Layers that images share are counted with each of them.
  const first =
    images.length === 0
      ? 'No image to remove'
      : `${count(images.length, 'image')} to remove, up to ${sizeOf(images)}`;
  return `${[first, ...rest].join('; ')}.`;
}

/** What became of them. `shown` is what was to go. */
export function renderPruned(
  shown: PruneReport,
  outcomes: ReadonlyMap<LeftImage, PruneOutcome>,
  options: TextOptions,
): string {
  const colors = palette(options);
  const lines = leaving(shown).flatMap((image) => {
    const { result, error } = outcomes.get(image) ?? { result: 'skipped' };
    if (result === 'removed' || result === 'gone') return [];
    const name = nameOf(image, shown.images);
    if (error === undefined) return [`${colors.dim(SYMBOLS.forget)} ${name} ${UNTOUCHED[result]}`];
    return [
      ...wrap(
        `${name} not removed: ${escapeText(error.message)} [${error.code}]`,
        options.width,
        '! ',
        '    ',
      ),
      ...(error.hint === undefined
        ? []
        : wrap(`hint: ${escapeText(error.hint)}`, options.width, '    ', '      ')),
    ];
  });
  const removed = leaving(shown).filter((image) => outcomes.get(image)?.result === 'removed');
  const gone = leaving(shown).filter((image) => outcomes.get(image)?.result === 'gone').length;
  const others = leaving(shown).length - removed.length - gone;
  const terms = [
    `${removed.length} removed, up to ${sizeOf(removed)} freed`,
    ...(gone === 0 ? [] : [`${gone} gone before`]),
    ...(others === 0 ? [] : [`${others} not removed`]),
  ];
  const end = `${terms.join('; ')}.`;
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), colors.bold(end)].join('\n')}\n`;
}

const UNTOUCHED: Readonly<Record<string, string>> = {
  kept: 'not removed: it is needed again',
  skipped: 'not removed: interrupted before',
  failed: 'not removed',
};
