import type { Plan } from '../model/plan.ts';
import { fence } from './markdown-code.ts';
import { pinWords } from './pin-words.ts';
import { count } from './words.ts';

/** Upgrades that are shown before the steps; each step has its own as well. */
const MAX_VERSIONS = 30;

/** What runs in another version than before, once each: several steps may share it. */
export function versionsBlock({ steps }: Pick<Plan, 'steps'>): readonly string[] {
  const changes = steps.flatMap(({ pin }) => {
    return pin?.before === undefined ? [] : [pinWords(pin.before, pin.after, '→')];
  });
  const all = [...new Set(changes)];
  if (all.length === 0) return [];
  const more = all.length > MAX_VERSIONS ? [`… and ${count(all.length - MAX_VERSIONS, 'more')}`] : [];
  return [`Other versions:\n\n${fence([...all.slice(0, MAX_VERSIONS), ...more].join('\n'))}`];
}
