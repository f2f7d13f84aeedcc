import { createHash } from 'node:crypto';
import { MARK } from './spec.ts';

/** The text with its own digest in place of the mark, so that we know again what we wrote. */
export function mark(text: string): string {
  return text.replace(MARK, markOf(text));
}

/** `ours`: as we wrote it. `changed`: we wrote it, and somebody edited it. `foreign`: not from us. */
export function standingOf(text: string): 'ours' | 'changed' | 'foreign' {
  const found = /mcpform service sha256:[0-9a-f]{64}/.exec(text.slice(0, 500))?.[0];
  if (found === undefined) return 'foreign';
  return markOf(text.replace(found, MARK)) === found ? 'ours' : 'changed';
}

function markOf(text: string): string {
  return MARK.replace('?', createHash('sha256').update(text).digest('hex'));
}
