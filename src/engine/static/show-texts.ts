import type { PathChange, Step } from '../../model/plan.ts';

/** The steps with the texts that a manifest had in place of what was filled in for them. */
export function showTexts(steps: readonly Step[], texts: ReadonlyMap<string, string>): readonly Step[] {
  if (texts.size === 0) return steps;
  return steps.map((step) => ({ ...step, paths: step.paths.map((path) => shown(path, texts)) }));
}

function shown(path: PathChange, texts: ReadonlyMap<string, string>): PathChange {
  const { pointer, before, after } = path;
  if (before === undefined || 'hidden' in before || typeof before.value !== 'string') return path;
  const text = texts.get(before.value);
  if (text === undefined) return path;
  // The same text for another secret: what differs is what it stands for.
  const isSame = after !== undefined && 'value' in after && after.value === text;
  const side = isSame ? { hidden: true as const, digest: before.value } : { value: text };
  const { before: _, ...rest } = path;
  return { ...rest, pointer, before: side };
}
