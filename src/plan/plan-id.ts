import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../model/json.ts';
import type { Plan, Shown, Step } from '../model/plan.ts';
import { compareText } from './step.ts';

/**
 * Hashes what a plan means and nothing else: addresses, actions, places, paths, references and values. Two
 * plans that would do the same have the same id, whenever, in whatever order and on whichever serial.
 */
export function planIdOf(plan: Pick<Plan, 'stack' | 'mode' | 'steps'>): string {
  const steps = [...plan.steps].sort((a, b) => compareText(a.address, b.address)).map(meaningOf);
  const meaning = canonicalJson({ stack: plan.stack, mode: plan.mode, steps });
  return `sha256:${createHash('sha256').update(`plan 1\n${meaning}`).digest('hex')}`;
}

function meaningOf(step: Step): Json {
  return {
    address: step.address,
    action: step.action,
    place: step.place.key,
    paths: step.paths.map(({ pointer, before, after }) => [pointer, shown(before), shown(after)]),
    secrets: step.secrets.map(({ locator, pointer }) => [pointer, locator]),
    previous: [step.previousAddress ?? null, step.previousPlace?.key ?? null],
    // What a delete destroys is nowhere in its paths.
    destroys: step.isDestructive ? step.precondition : null,
  };
}

function shown(value: Shown | undefined): Json {
  if (value === undefined) return null;
  return 'hidden' in value ? { digest: value.digest } : { value: value.value };
}
