import { escapeText } from '../formats/escape.ts';
import type { Code } from '../model/codes.ts';
import type { Signer } from '../model/lock.ts';
import { palette, type TextOptions } from './style.ts';
import { count } from './words.ts';

/** What `images list` knows; `--json` prints it as it is. */
export interface ImagesList {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** In the manifest's order. */
  readonly images: readonly ListedImage[];
}

export interface ListedImage {
  readonly server: string;
  /** Name and tag, without digest. */
  readonly image: string;
  /** Of the index; null when the lock does not answer for this image, or no registry has it. */
  readonly digest: string | null;
  /** Why not: the lock has nothing, or something else; or it is on its engine alone. */
  readonly reason?: 'missing' | 'changed' | 'local';
  /** Of a local image: what its engine calls it. */
  readonly id?: string;
  /** Who signed it, as the lock has it. */
  readonly signer: Signer | null;
  /** With `--platforms`; null for an image that is not locked, or that could not be looked at. */
  readonly platforms?: readonly ListedPlatform[] | null;
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}

export interface ListedPlatform {
  /** `linux/arm64/v8`; null when the image does not say. */
  readonly platform: string | null;
  readonly manifest: string;
  readonly config: string;
}

/** A table with whole digests, to copy from, and one line that counts. */
export function renderImagesList({ images }: ImagesList, options: TextOptions): string {
  const colors = palette(options);
  if (images.length === 0) return 'No server is an image.\n';
  const hasSigners = images.some(({ signer }) => signer !== null);
  const hasPlatforms = images.some(({ platforms }) => platforms !== undefined);
  const rows = [
    ['SERVER', 'IMAGE', 'DIGEST', ...(hasSigners ? ['SIGNER'] : []), ...(hasPlatforms ? ['PLATFORMS'] : [])],
    ...images.map((each) => [
      escapeText(each.server),
      escapeText(each.image),
      each.digest ?? (each.id === undefined ? UNLOCKED[each.reason ?? 'missing'] : `${each.id} (local)`),
      ...(hasSigners ? [signerWords(each.signer)] : []),
      ...(hasPlatforms ? [platformWords(each)] : []),
    ]),
  ];
  const widths = (rows[0] as readonly string[]).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const failed = images.flatMap(({ server, error }) =>
    error === undefined ? [] : [`! ${escapeText(server)}: ${escapeText(error.message)} [${error.code}]`],
  );
  const table = [colors.bold(lines[0] as string), ...lines.slice(1)].join('\n');
  const sections = [table, failed.join('\n'), colors.bold(countLine(images))];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const UNLOCKED = {
  missing: 'not locked',
  changed: 'not locked (the lock has another image)',
  local: 'local',
};

function signerWords(signer: Signer | null): string {
  if (signer === null) return '-';
  return signer.issuer === 'key' ? `key ${escapeText(signer.identity)}` : escapeText(signer.identity);
}

function platformWords({ platforms }: ListedImage): string {
  if (platforms === null || platforms === undefined) return '-';
  return platforms.map(({ platform }) => escapeText(platform ?? 'unknown')).join(', ') || '-';
}

function countLine(images: readonly ListedImage[]): string {
  const open = images.filter(({ digest, reason }) => digest === null && reason !== 'local').length;
  const locked = images.length - open;
  return open === 0
    ? `${count(locked, 'image')}, all locked.`
    : `${count(images.length, 'image')}, ${open} not locked: run \`mcpform lock\`.`;
}
