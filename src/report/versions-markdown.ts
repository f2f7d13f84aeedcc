import type { Plan } from '../model/plan.ts';
import { fence, folded } from './markdown-code.ts';
import { pinWords } from './pin-words.ts';
import { count } from './words.ts';

/** Upgrades that are shown before the steps; each step has its own as well. */
const MAX_VERSIONS = 100;
/** More than these are not in the way of what follows. */
const MAX_OPEN = 10;

/** What runs in another version than before, once each: several steps may share it. */
export function versionsBlock({ steps }: Pick<Plan, 'steps'>): readonly string[] {
  const changes = steps.flatMap(({ pin }) => {
    return pin?.before === undefined ? [] : [pinWords(pin.before, pin.after, '→')];
  });
  const all = [...new Set(changes)];
  if (all.length === 0) return [];
  const cut = all.length - MAX_VERSIONS;
  const lines = [...all.slice(0, MAX_VERSIONS), ...(cut > 0 ? [`… and ${cut} more`] : [])];
  return [folded(count(all.length, 'other version'), fence(lines.join('\n')), all.length <= MAX_OPEN)];
}
