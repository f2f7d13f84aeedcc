import type { Finding } from '../../model/finding.ts';
import type { Plan } from '../../model/plan.ts';
import type { GitHub, Pull } from '../github/github.ts';
import type { Job } from '../job.ts';
import { tryPlanBetween } from '../make-plan.ts';
import { revisionsOfPull } from '../revisions.ts';
import { isBaseUnknown } from './is-base-unknown.ts';
import { judgeSegments, type Said } from './judge-segments.ts';
import { reviewersOf } from './reviewers.ts';
import { segmentsOf } from './segments.ts';

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
  const findings = await judgeSegments(segmentsOf(from, whose), {
    plan: (ends) => tryPlanBetween(ends, job),
    said: async (numbers) => {
      const all: Said[] = [];
      for (const number of numbers) all.push(await saidOf(pulls.get(number) as Pull, gitHub, job));
      return {
        approvals: all.flatMap(({ approvals }) => approvals),
        uncounted: all.flatMap(({ uncounted }) => uncounted),
      };
    },
    needed: Math.max(1, job.inputs.reviews),
  });
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

async function saidOf(pull: Pull, gitHub: GitHub, job: Job): Promise<Said> {
  const reviewers =
    job.inputs.reviews === 0
      ? [{ by: pull.author ?? `#${pull.number}`, commit: pull.head.sha }]
      : reviewersOf(await gitHub.reviews(pull.number), pull.author);
  // Most people approve the same head.
  const plans = new Map<string, Plan>();
  const uncounted: Finding[] = [];
  for (const commit of new Set(reviewers.map((reviewer) => reviewer.commit))) {
    const revisions = await revisionsOfPull({ base: pull.base, head: { sha: commit } }, job.git);
    const { plan, error } = await tryPlanBetween(revisions, job);
    if (plan !== null && !isBaseUnknown(plan)) plans.set(commit, plan);
    else uncounted.push(countsForNothing(pull, commit, error === null ? revisions.from : commit));
  }
  const approvals = reviewers.flatMap(({ by, commit }) => {
    const plan = plans.get(commit);
    return plan === undefined ? [] : [{ by, plan }];
  });
  return { approvals, uncounted };
}

/** Beside such a plan, nobody who reviews sees what is in the base already and was never planned. */
function countsForNothing({ number }: Pull, commit: string, broken: string): Finding {
  return {
    code: 'ACTION_APPROVAL_MISSING',
    severity: 'error',
    message: `#${number}: that ${commit} was approved counts for nothing, because manifest or lock of ${broken} cannot be planned`,
    hint: 'make the change in a pull request whose base and head can both be planned',
  };
}
