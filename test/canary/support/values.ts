import { randomBytes } from 'node:crypto';

/** Begins and ends every value of one kind of use, so that what is left of a value that was cut is found too. */
export function newMark(): string {
  return `c4n4ry${randomBytes(9).toString('hex')}`;
}

/** A value as somebody may have one: the bytes that are kept, from a mark and something that tells whose it is. */
export type ValueKind = (mark: string, whose: string) => string | Uint8Array;

export const USUAL: ValueKind = (mark, whose) => `${mark}-${whose}-${mark}`;

/** Those that a server can get. */
export const VALUES: Readonly<Record<string, ValueKind>> = {
  'of several lines': (mark, whose) => `${mark}\n\n second ${mark} ${whose}\r\n${mark}`,
  'with a final line end': (mark, whose) => `${mark}-${whose}-${mark}\n`,
  'with quotes, marks and letters beyond ASCII': (mark, whose) =>
    `${mark} "'\\ $(id) \`id\` <b>&amp;%41+/=ä語🔑 ${whose} ${mark}`,
  'with escapes of a terminal': (mark, whose) => `${mark}\u001b[31m\u0007\u202e${whose}\u009b2J${mark}`,
  'with ${X}': (mark, whose) => `${mark}\${HOME}${whose}\${secret.x}$${mark}`,
  'that looks like a flag': (mark, whose) => `--${mark}=${whose}-${mark}`,
  'of 60 KiB': (mark, whose) => `${mark}${whose}${'x'.repeat(60 * 1024)}${mark}`,
};

/** Those that no server gets. */
export const REFUSED_VALUES: Readonly<Record<string, ValueKind>> = {
  'that is too large': (mark, whose) => `${mark}${whose}${mark.repeat(4096)}`,
  'that is not UTF-8': (mark, whose) => Buffer.from(`${mark}${whose}\xff\xfe${mark}`, 'latin1'),
  'with a NUL': (mark, whose) => `${mark}${whose}\0${mark}`,
  'that is empty': () => '',
};
