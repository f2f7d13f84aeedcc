import { readFields } from '../read-fields.ts';
import type { Ask, Rest } from './ask.ts';
import type { GitHub, Pull, Review } from './github.ts';
import { readPull } from './read-pull.ts';
import { refuseAnswer } from './refuse-answer.ts';
import type { Slug } from './slug.ts';

/** A branch is in few pull requests, and a commit in fewer. */
const MAX_PULL_PAGES = 3;
const MAX_REVIEW_PAGES = 30;

const needs = 'pull-requests: read';

type Pulls = Pick<GitHub, 'pull' | 'mergedPullsOf' | 'openPullsOf' | 'reviews'>;

export function pullsOf(repository: Slug, rest: Rest): Pulls {
  const listOf = async (what: Omit<Ask, 'needs'>): Promise<readonly Pull[]> => {
    const found: Pull[] = [];
    for await (const entry of rest.entries({ ...what, needs }, MAX_PULL_PAGES)) {
      found.push(readPull(readFields(entry, '', refuseAnswer(what.about))));
    }
    return found.filter(({ base }) => isSame(base.repository, repository));
  };
  return {
    pull: async (number) => {
      const about = `pull request ${number}`;
      const route = 'GET /repos/{owner}/{repo}/pulls/{number}';
      const data = await rest.ask({ route, parameters: { ...repository, number }, about, needs });
      return readPull(readFields(data, '', refuseAnswer(about)));
    },
    mergedPullsOf: async (commit, branch) => {
      const pulls = await listOf({
        route: 'GET /repos/{owner}/{repo}/commits/{commit}/pulls',
        parameters: { ...repository, commit },
        about: `pull requests of commit ${commit}`,
      });
      return pulls.filter(({ isMerged, base }) => isMerged && base.ref === branch);
    },
    openPullsOf: async ({ owner, branch, sha }) => {
      const pulls = await listOf({
        route: 'GET /repos/{owner}/{repo}/pulls',
        parameters: { ...repository, state: 'open', head: `${owner}:${branch}` },
        about: `open pull requests of commit ${sha}`,
      });
      // What GitHub cannot read as a head it does not filter by.
      return pulls.filter(({ state, head }) => state === 'open' && head.sha === sha && head.ref === branch);
    },
    reviews: async (number) => {
      const about = `reviews of pull request ${number}`;
      const route = 'GET /repos/{owner}/{repo}/pulls/{number}/reviews';
      const found: Review[] = [];
      const what = { route, parameters: { ...repository, number }, about, needs };
      for await (const entry of rest.entries(what, MAX_REVIEW_PAGES)) {
        const review = readFields(entry, '', refuseAnswer(about));
        found.push({
          author: review.fieldsOrNull('user')?.text('login') ?? null,
          authorAssociation: review.text('author_association'),
          state: review.text('state'),
          commit: review.commitOrNull('commit_id'),
          submittedAt: review.textOrNull('submitted_at'),
        });
      }
      return found;
    },
  };
}

/** GitHub's names have no case. */
function isSame(a: { readonly owner: string; readonly name: string }, b: Slug): boolean {
  return a.owner.toLowerCase() === b.owner.toLowerCase() && a.name.toLowerCase() === b.repo.toLowerCase();
}
