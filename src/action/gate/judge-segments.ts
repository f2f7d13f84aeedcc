import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { Plan } from '../../model/plan.ts';
import type { Made } from '../make-plan.ts';
import { asError, type Failure } from '../run-mcpform.ts';
import { type Approval, withinApprovals } from './approvals.ts';
import { isBaseUnknown } from './is-base-unknown.ts';
import type { Segment } from './segments.ts';

/** What was said of a pull request. */
export interface Said {
  readonly approvals: readonly Approval[];
  /** Approvals that count for nothing, and why. */
  readonly uncounted: readonly Finding[];
}

export interface Judges {
  readonly plan: (ends: Pick<Segment, 'from' | 'to'>) => Promise<Pick<Made, 'plan' | 'error'>>;
  readonly said: (pulls: readonly number[]) => Promise<Said>;
  /** How many people must have said yes to each step; at least 1. */
  readonly needed: number;
}

/**
 * Whether each segment is no more than what was approved in its pull requests. Empty means yes. Two things are judged over
 * several segments: what was set back by a later one needs nobody's yes, because nothing is left of it; and from a manifest
 * that cannot be planned, nobody knows what it changes until it is mended.
 */
export async function judgeSegments(
  segments: readonly Segment[],
  judges: Judges,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (let at = 0; at < segments.length; ) {
    // Whether more was set back does not matter any more, and takes as many plans again.
    const looksOn = findings.length === 0;
    const judged = await judgeStart(segments.slice(at), looksOn, judges);
    findings.push(...judged.findings);
    at += judged.count;
  }
  return findings;
}

interface Start {
  /** How many segments were judged together. */
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** The shortest start that may pass, or else the shortest that can be planned and why it may not. */
async function judgeStart(segments: readonly Segment[], looksOn: boolean, judges: Judges): Promise<Start> {
  const from = segments[0]?.from ?? '';
  let failure: Failure | null = null;
  let refused: Start | null = null;
  for (const [index, { to }] of segments.entries()) {
    const { plan: now, error } = await judges.plan({ from, to });
    if (now === null) {
      failure ??= error;
      continue;
    }
    if (isBaseUnknown(now)) throw unknownStart(from);
    const start = segments.slice(0, index + 1);
    // Most of what is merged says nothing of servers.
    if (now.steps.length === 0) return { count: start.length, findings: [] };
    if (refused === null) {
      const findings = await objections(now, start, judges);
      if (findings.length === 0) return { count: start.length, findings };
      const why = failure === null ? [] : [unplannable({ from, to }, failure)];
      refused = { count: start.length, findings: [...findings, ...why] };
    }
    if (!looksOn) return refused;
  }
  if (refused !== null) return refused;
  throw failure === null ? new Error('neither plans nor errors') : asError(failure);
}

async function objections(
  now: Plan,
  segments: readonly Segment[],
  { said, needed }: Judges,
): Promise<readonly Finding[]> {
  const all: Said[] = [];
  for (const { pulls } of segments) all.push(await said(pulls));
  const findings = now.steps.flatMap((step) =>
    withinApprovals({ ...now, steps: [step] }, { approvals: lastWord(all, step.address), needed }),
  );
  return findings.length === 0 ? [] : [...findings, ...all.flatMap(({ uncounted }) => uncounted)];
}

/** Of several pull requests that change an object one after another, what the newest shows: it may take back the others. */
function lastWord(all: readonly Said[], address: string): readonly Approval[] {
  const isAbout = ({ plan }: Approval): boolean => plan.steps.some((step) => step.address === address);
  const newest = all.findLast(({ approvals }) => approvals.some(isAbout));
  return newest?.approvals ?? all.flatMap(({ approvals }) => approvals);
}

function unplannable({ from, to }: Pick<Segment, 'from' | 'to'>, failure: Failure): Finding {
  const { code, message } = failure.findings.find(({ severity }) => severity === 'error') ?? failure;
  return {
    code: 'ACTION_APPROVAL_MISSING',
    severity: 'error',
    message: `everything from ${from} to ${to} was judged as one change, because manifest or lock between them cannot be planned: ${code}: ${message}`,
    hint: `set both back to what they are in ${from}, merge that, and make the change in a pull request again; or look at the plan on the machine itself, and apply there`,
  };
}

function unknownStart(from: string): McpformError {
  return new McpformError(
    'ACTION_HISTORY',
    `nobody knows what changed since ${from}: its manifest or lock cannot be planned`,
    {
      hint: 'name an older revision that can be with the input `from`, or look at the plan on the machine itself, and apply there',
    },
  );
}
