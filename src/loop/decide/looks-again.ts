import type { Code } from '../../model/codes.ts';
import type { LoopState, PassReport } from '../model.ts';

/** Somebody was at it between our plan and our write: what is there now is for a new plan. */
const MOVED: ReadonlySet<Code> = new Set(['CLIENT_ENTRY_MOVED', 'ENGINE_PLACE_MOVED']);

/**
 * Whether one pass makes another one at once. Whoever changed what we had just written, before anybody watched it again,
 * is found by a look of its own. What moved under our hands is tried again without a wait, but only the first time.
 */
export function looksAgain(
  { done, failures = {} }: Pick<PassReport, 'done' | 'failures'>,
  after: Pick<LoopState, 'failures'>,
): boolean {
  return done > 0 || (after.failures === 1 && Object.values(failures).some(({ code }) => MOVED.has(code)));
}
