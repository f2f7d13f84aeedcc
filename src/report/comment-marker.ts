import { createHash } from 'node:crypto';

/**
 * The hidden first line of the comment of a label, by which it is found again. Two labels never have the same one,
 * none is the beginning of another, and no label can end it early.
 */
export function commentMarker(label: string): string {
  return `<!-- mcpform:plan:${encode(label)} -->`;
}

function encode(label: string): string {
  const hash = label.length > MAX_LABEL ? `~${createHash('sha256').update(label).digest('hex')}` : '';
  const shown = hash === '' ? label : label.slice(0, MAX_LABEL);
  return (
    Buffer.from(shown)
      .toString('latin1')
      .replace(/[^\w./]|_/g, percent) + hash
  );
}

const MAX_LABEL = 100;

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
