import type { Finding } from '../../model/finding.ts';
import type { Plan } from '../../model/plan.ts';
import type { GitHub, Pull } from '../github/github.ts';
import type { Job } from '../job.ts';
import { planBetween } from '../make-plan.ts';
import { revisionsOfPull } from '../revisions.ts';
import { type Approval, withinApprovals } from './approvals.ts';
import { reviewersOf } from './reviewers.ts';
import { type Segment, segmentsOf } from './segments.ts';

/** More commits than this at once are looked at by a person. */
const MOST_STEPS = 100;

export interface Judged {
  /** Empty: all of it was approved. */
  readonly findings: readonly Finding[];
  /** Whose changes these are. */
  readonly pulls: readonly number[];
}

/**
 * Whether what a branch went through from `from` to `to` is what people approved. Each part is planned again from the
 * commits themselves, and compared with what the approved heads of its pull request change, planned again likewise: no
 * comment, artefact or file of a pull request is asked.
 */
export async function judgeHistory(
  { from, to, branch }: { readonly from: string; readonly to: string; readonly branch: string },
  gitHub: GitHub,
  job: Job,
): Promise<Judged> {
  const pulls = new Map<number, Pull>();
  const steps = [...(await job.git.steps(from, to, MOST_STEPS))].reverse();
  const whose = [];
  for (const commit of steps) {
    const found = await pullsOf(commit, { branch, isNewest: commit === to }, gitHub, job);
    for (const pull of found) pulls.set(pull.number, pull);
    whose.push({ commit, pulls: found.map(({ number }) => number) });
  }
  const findings = [];
  for (const segment of segmentsOf(from, whose))
    findings.push(...(await judgeSegment(segment, pulls, gitHub, job)));
  return { findings, pulls: [...pulls.keys()] };
}

/** GitHub tells a moment after a merge what was merged, and the workflow starts at once. */
async function pullsOf(
  commit: string,
  { branch, isNewest }: { readonly branch: string; readonly isNewest: boolean },
  gitHub: GitHub,
  { around }: Job,
): Promise<readonly Pull[]> {
  for (let again = 0; ; again += 1) {
    const pulls = await gitHub.mergedPullsOf(commit, branch);
    if (pulls.length > 0 || !isNewest || again === 2) return pulls;
    await around.system.clock.sleep(1_500, around.signal);
  }
}

async function judgeSegment(
  { from, to, pulls }: Segment,
  known: ReadonlyMap<number, Pull>,
  gitHub: GitHub,
  job: Job,
): Promise<readonly Finding[]> {
  const now = await planBetween({ from, to }, job);
  // Most of what is merged says nothing of servers.
  if (now.steps.length === 0) return [];
  const approvals: Approval[] = [];
  for (const number of pulls) {
    const pull = known.get(number);
    if (pull !== undefined) approvals.push(...(await approvalsOf(pull, gitHub, job)));
  }
  return withinApprovals(now, { approvals, needed: Math.max(1, job.inputs.reviews) });
}

async function approvalsOf(pull: Pull, gitHub: GitHub, job: Job): Promise<readonly Approval[]> {
  const reviewers =
    job.inputs.reviews === 0
      ? [{ by: pull.author ?? `#${pull.number}`, commit: pull.head.sha }]
      : reviewersOf(await gitHub.reviews(pull.number), pull.author);
  // Most people approve the same head.
  const plans = new Map<string, Plan>();
  for (const commit of new Set(reviewers.map((reviewer) => reviewer.commit))) {
    const revisions = await revisionsOfPull({ base: pull.base, head: { sha: commit } }, job.git);
    plans.set(commit, await planBetween(revisions, job));
  }
  return reviewers.map(({ by, commit }) => ({ by, plan: plans.get(commit) as Plan }));
}
