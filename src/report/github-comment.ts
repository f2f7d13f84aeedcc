import { escapeText } from '../formats/escape.ts';
import type { At, Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { clipTexts } from './clip.ts';
import { commentMarker } from './comment-marker.ts';
import { findingsLine, position } from './findings.ts';
import { findingsBlock } from './findings-markdown.ts';
import { fitPlans } from './fit-plans.ts';
import { codeSpan, fence, link } from './markdown-code.ts';
import { DETAILS, type Detail } from './plan-sections.ts';

export { commentMarker } from './comment-marker.ts';
export { renderApplied, renderOutdated } from './comment-notes.ts';

/** Where the rest can be read; https only. */
export interface CommentLinks {
  readonly summary?: string;
  readonly artifact?: string;
}

export interface CommentInput {
  /** One comment each. */
  readonly label: string;
  readonly plans: readonly { readonly plan: Plan; readonly file: string }[];
  /** The commit that the plans are of. */
  readonly head: string;
  readonly links: CommentLinks;
  /**
   * Bytes of UTF-8. GitHub says 65,536 characters, and took up to four times as many bytes in 2025 and 2026; bytes
   * are never fewer than characters, however counted, so this holds either way, with room for a note on top.
   */
  readonly maxLength?: number;
  /** Shortens the paths of files that findings point at. */
  readonly root?: string;
}

/** The comment of a label: what happens, to how many servers, what is dangerous; then as much of the rest as fits. */
export function renderComment({ label, plans, maxLength, root, ...input }: CommentInput): string {
  return fitPlans(plans, {
    before: [commentMarker(label)],
    after: [footer(input)],
    maxLength: Math.min(maxLength ?? MAX_LENGTH, MAX_LENGTH),
    ...(root === undefined ? {} : { cwd: root }),
  });
}

const MAX_LENGTH = 60_000;

export interface FailureInput {
  readonly label?: string;
  readonly head: string;
  /** What is wrong with the input. */
  readonly findings?: readonly Finding[];
  /** What the world said no to, or what else went wrong. */
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly at?: At;
  };
  readonly links: CommentLinks;
  readonly root?: string;
}

/** The comment of a label where there is no plan to show. Without a label it is for the step summary. */
export function renderFailure({ label, findings = [], failure, root, ...input }: FailureInput): string {
  const where = root === undefined ? {} : { cwd: root };
  const words =
    failure === undefined ? [] : [fence(failureLines(clipTexts(failure, MAX_TEXT), root).join('\n'))];
  const shown = clipTexts(findings, MAX_TEXT);
  const whole = (detail: Detail): string => {
    return `${[
      ...(label === undefined ? [] : [commentMarker(label)]),
      '### No plan',
      `> [!CAUTION]\n> **mcpform could not say what would change.** ${findingsLine(findings)}`.trimEnd(),
      ...words,
      ...findingsBlock(shown, { detail, ...where }),
      footer(input),
    ].join('\n\n')}\n`;
  };
  return DETAILS.map(whole).find((text) => Buffer.byteLength(text) <= MAX_LENGTH) as string;
}

const MAX_TEXT = 1_000;

function failureLines(
  failure: NonNullable<FailureInput['failure']>,
  root: string | undefined,
): readonly string[] {
  const { code, message, hint, at } = failure;
  return [
    `error[${escapeText(code)}]: ${escapeText(message)}`,
    ...(at === undefined ? [] : [`  --> ${escapeText(position(at, root))}`]),
    ...(hint === undefined ? [] : [`  hint: ${escapeText(hint)}`]),
  ];
}

/** Which commit, and where the rest is. */
export function footer({ head, links }: Pick<CommentInput, 'head' | 'links'>): string {
  const { summary, artifact } = links;
  return [
    `Commit ${codeSpan(head)}`,
    ...(summary === undefined ? [] : [link('full plan', summary)]),
    ...(artifact === undefined ? [] : [link('plan file', artifact)]),
  ].join(' · ');
}
