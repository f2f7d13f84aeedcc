import { escapeText } from '../formats/escape.ts';
import type { At, Finding, Severity } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { clip } from './clip.ts';
import { risksOf } from './risks.ts';
import { headline } from './words.ts';
import type { Annotation, AnnotationLevel } from './workflow-command.ts';
import { workspaceFile } from './workspace-file.ts';

export { type Annotation, workflowCommand } from './workflow-command.ts';

export interface AnnotateOptions {
  /** The workspace, absolute: only files in it are named. */
  readonly root: string;
  /** Where remarks stand whose line nobody knows: what is deleted has none any more. */
  readonly manifest?: string;
  /** GitHub shows this many of each level and step, and drops the others without a word. */
  readonly maxPerKind?: number;
}

/**
 * Remarks for the lines of a pull request. Of each level what deletes or replaces something comes first, then what a
 * policy says, then the rest; where there are more than are shown, the last one says how many.
 */
export function annotate(
  findings: readonly Finding[],
  plan: Plan | null,
  { root, manifest, maxPerKind = 10 }: AnnotateOptions,
): readonly Annotation[] {
  const all = [
    ...(plan === null ? [] : risky(plan, root, manifest)),
    ...findings.filter(isPolicy).map((finding) => ofFinding(finding, root)),
    ...findings.filter((finding) => !isPolicy(finding)).map((finding) => ofFinding(finding, root)),
  ];
  return LEVELS.flatMap((level) => {
    const found = all.filter((annotation) => annotation.level === level);
    const shown = found.slice(0, maxPerKind);
    const last = shown.at(-1);
    const cut = found.length - shown.length;
    return last === undefined || cut === 0 ? shown : [...shown.slice(0, -1), withMore(last, cut)];
  });
}

const LEVELS: readonly AnnotationLevel[] = ['error', 'warning', 'notice'];
const LEVEL: Readonly<Record<Severity, AnnotationLevel>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

function withMore(annotation: Annotation, cut: number): Annotation {
  return { ...annotation, message: `${annotation.message}\n… and ${cut} more: see the full plan` };
}

function isPolicy({ code }: Finding): boolean {
  return code.startsWith('POLICY_') || code.startsWith('CHECK_');
}

/** What is lost is told as a warning; a conflict has its own finding where one knows why. */
function risky(plan: Plan, root: string, manifest: string | undefined): readonly Annotation[] {
  const steps = risksOf(plan).flatMap(({ action, steps }) => (action === 'conflict' ? [] : steps));
  const places = new Map(plan.findings.map(({ address, at }) => [address, at]));
  const fallback = manifest === undefined ? undefined : { file: manifest };
  return steps.map((step) => ({
    level: 'warning',
    title: show(`mcpform: ${step.action}`, MAX_TITLE),
    message: show(headline({ ...step, address: clip(step.address, MAX_NAME) }), MAX_MESSAGE),
    ...place(places.get(step.address) ?? fallback, root),
  }));
}

function ofFinding({ code, severity, message, hint, at, address }: Finding, root: string): Annotation {
  const about = address === undefined ? '' : ` ${address}`;
  return {
    level: LEVEL[severity],
    title: show(`mcpform ${code}${about}`, MAX_TITLE),
    message: [message, ...(hint === undefined ? [] : [`hint: ${hint}`])]
      .map((line) => show(line, MAX_MESSAGE))
      .join('\n'),
    ...place(at, root),
  };
}

function place(at: At | undefined, root: string): Pick<Annotation, 'file' | 'line' | 'endLine' | 'column'> {
  const file = at === undefined ? null : workspaceFile(root, at.file);
  if (at === undefined || file === null) return {};
  const { line, column } = at;
  if (line === undefined) return { file };
  return { file, line, endLine: line, ...(column === undefined ? {} : { column }) };
}

function show(text: string, max: number): string {
  return clip(escapeText(clip(text, max)), max);
}

/** Characters; GitHub takes 255 of a title and 64 KB of a message. */
const MAX_TITLE = 200;
const MAX_NAME = 300;
const MAX_MESSAGE = 4_000;
