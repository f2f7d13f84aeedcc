import type { Plan } from '../model/plan.ts';
import { fitPlans } from './fit-plans.ts';

export interface MarkdownOptions {
  /** Bytes of UTF-8. GitHub refuses comments of more than 65,536 characters. */
  readonly maxLength?: number;
  /** Shortens the paths of files that findings point at. */
  readonly cwd?: string;
}

/**
 * A plan for a pull request. All that came from outside stands in code, where GitHub renders no Markdown, HTML,
 * link or mention.
 */
export function renderPlanMarkdown(plan: Plan, options: MarkdownOptions = {}): string {
  const { maxLength = 60_000, ...rest } = options;
  return fitPlans([{ plan }], { maxLength, ...rest });
}
