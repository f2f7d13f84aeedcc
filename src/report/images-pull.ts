import { escapeText } from '../formats/escape.ts';
import type { PullOutcome, PullTarget } from '../model/pull.ts';
import { imageWords } from './pin-words.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';

export interface ImagesPull {
  readonly images: readonly (PullTarget & PullOutcome)[];
}

/** What became of each image, with its engine where there are several; one line that counts. */
export function renderImagesPull({ images }: ImagesPull, options: TextOptions): string {
  const colors = palette(options);
  if (images.length === 0) return 'No server is an image.\n';
  const hasSeveral = new Set(images.map(({ engine }) => engine)).size > 1;
  const lines = images.flatMap((image) => imageLines(image, hasSeveral, { options, colors }));
  return `${lines.join('\n')}\n\n${colors.bold(pullLine(images))}\n`;
}

const SYMBOL = { pulled: '+', current: '=', local: '=', failed: '!' } as const;
const WORDS = {
  pulled: 'pulled',
  current: 'is there already',
  local: 'is a local image, which no registry has',
  failed: 'could not be pulled',
} as const;

function imageLines(
  { image, engine, result, error }: ImagesPull['images'][number],
  hasSeveral: boolean,
  { options, colors }: { readonly options: TextOptions; readonly colors: Palette },
): readonly string[] {
  const paint = { pulled: colors.green, current: colors.dim, local: colors.dim, failed: colors.magenta }[
    result
  ];
  const where = hasSeveral ? `${escapeText(engine)}: ` : '';
  return [
    `${paint(SYMBOL[result])} ${where}${imageWords(image)} ${WORDS[result]}`,
    ...(error === undefined
      ? []
      : wrap(`${escapeText(error.message)} [${error.code}]`, options.width, '    ', '    ')),
    ...(error?.hint === undefined
      ? []
      : wrap(escapeText(error.hint), options.width, '    fix: ', '         ')),
  ];
}

const COUNTED = [
  ['pulled', 'pulled'],
  ['current', 'there already'],
  ['local', 'local'],
  ['failed', 'failed'],
] as const;

function pullLine(images: ImagesPull['images']): string {
  const terms = COUNTED.map(([kind, words]) => {
    const number = images.filter(({ result }) => result === kind).length;
    return number === 0 ? '' : `${number} ${words}`;
  });
  return `${terms.filter((term) => term !== '').join(', ')}.`;
}
