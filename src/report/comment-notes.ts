import type { Outcome } from '../model/event.ts';
import { codeSpan, link } from './markdown-code.ts';
import { outcomesLine } from './words.ts';

/** A comment of ours with a note on top that a newer commit was pushed. Doing it twice changes nothing. */
export function renderOutdated(body: string): string {
  return withNote(body, [
    '> [!WARNING]',
    '> **Outdated:** there are newer commits. This is the plan of the commit named below.',
  ]);
}

export interface AppliedInput {
  /** The run's number; what else is in it is not shown. */
  readonly run: string;
  /** Where it can be read; https only. */
  readonly url: string;
  /** The commit that was applied. */
  readonly commit: string;
  /** One of each step of the plan. Absent where nothing was started. */
  readonly outcomes?: readonly Pick<Outcome, 'result'>[];
  /** Why nothing was started, or what went wrong beside the steps. */
  readonly problem?: string;
}

/** A comment of ours with a note on top of what became of the plan; it takes the place of an earlier note. */
export function renderApplied(body: string, input: AppliedInput): string {
  const { run, url, commit, outcomes, problem } = input;
  const isWhole = problem === undefined && (outcomes ?? []).every(({ result }) => result === 'done');
  const title =
    outcomes === undefined && problem !== undefined ? 'Not applied' : isWhole ? 'Applied' : 'Applied in part';
  const results = outcomes === undefined ? '' : `: ${outcomesLine(outcomes)}`;
  const by = `by ${link(`run ${run.replace(/\D/g, '')}`, url)}`;
  return withNote(body, [
    `> [!${isWhole ? 'TIP' : 'CAUTION'}]`,
    `> **${title}** ${by} from commit ${codeSpan(commit)}${results}.`,
    ...(problem === undefined ? [] : [`> ${codeSpan(problem)}`]),
  ]);
}

const START = '<!-- mcpform:note -->';
const END = '<!-- /mcpform:note -->';
const FIRST = /^<!-- mcpform:plan:[^\s<>]* -->\n/;

/** GitHub's own limit, of characters; we count bytes. */
const MAX_LENGTH = 65_536;

function withNote(body: string, lines: readonly string[]): string {
  const text = body.replaceAll('\r\n', '\n');
  const marker = FIRST.exec(text)?.[0] ?? '';
  const rest = withoutNote(text.slice(marker.length));
  const note = `${marker}${START}\n${lines.join('\n')}\n\n${END}\n\n`;
  const noted = note + rest;
  // Somebody may have written into our comment.
  return Buffer.byteLength(noted) <= MAX_LENGTH ? noted : `${note}_What stood here was too long to keep._\n`;
}

function withoutNote(text: string): string {
  const start = text.trimStart();
  const end = start.indexOf(END);
  return start.startsWith(START) && end !== -1 ? start.slice(end + END.length).trimStart() : start;
}
