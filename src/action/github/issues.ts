import { type Fields, readFields } from '../read-fields.ts';
import type { Rest } from './ask.ts';
import { checkBody, checkLength } from './check-body.ts';
import { findComment, postComment } from './comments.ts';
import type { Comment, GitHub } from './github.ts';
import { isOurText } from './is-our-text.ts';
import { refuseAnswer } from './refuse-answer.ts';
import type { Slug } from './slug.ts';

/** GitHub lists pull requests among the issues, a hundred to a page. */
const MAX_OPEN_PAGES = 50;
/** What was closed long ago is not opened again: then a new one is made. */
const MAX_CLOSED_PAGES = 3;

const needs = 'issues: write';

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

export function issuesOf(repository: Slug, rest: Rest): Pick<GitHub, 'upsertIssue' | 'closeIssue'> {
  const change = (number: number, changes: Readonly<Record<string, unknown>>): Promise<unknown> =>
    rest.ask({
      route: 'PATCH /repos/{owner}/{repo}/issues/{number}',
      parameters: { ...repository, number, ...changes },
      about: `issue ${number}`,
      needs,
    });
  const findOpen = (marker: string): Promise<Issue | null> => findIssue(repository, rest, marker, 'open');
  return {
    upsertIssue: async ({ marker, title, body, labels }) => {
      checkBody(body, marker, 'issue');
      const open = await findOpen(marker);
      if (open !== null) {
        const { number } = open;
        if (open.title === title && isOurText(open.body, body)) return { number, outcome: 'unchanged' };
        await change(number, { title, body });
        return { number, outcome: 'updated' };
      }
      const closed = await findIssue(repository, rest, marker, 'closed');
      if (closed !== null) {
        await change(closed.number, { title, body, state: 'open' });
        return { number: closed.number, outcome: 'reopened' };
      }
      const make = async (): Promise<number> => {
        const route = 'POST /repos/{owner}/{repo}/issues';
        const parameters = { ...repository, title, body, labels };
        const made = await rest.ask({ route, parameters, about: 'a new issue', needs });
        return readFields(made, '', refuseAnswer('a new issue')).count('number');
      };
      const number = await rest.makeOnce(make, async () => (await findOpen(marker))?.number ?? null);
      return { number, outcome: 'created' };
    },
    closeIssue: async ({ marker, comment }) => {
      checkLength(comment, 'comment');
      const open = await findOpen(marker);
      if (open === null) return null;
      const { number } = open;
      const isWanted = (text: string): boolean => isOurText(text, comment);
      const findSaid = (): Promise<Comment | null> =>
        findComment(repository, rest, { number, isWanted, needs });
      // A run that was cut off after the comment has said it already.
      if ((await findSaid()) === null) {
        const about = `comment on issue ${number}`;
        await postComment(repository, rest, { number, body: comment, about, needs }, findSaid);
      }
      await change(number, { state: 'closed', state_reason: 'completed' });
      return number;
    },
  };
}

/** The newest of ours first: GitHub takes no bot's name as the creator everywhere, so we look at all of them. */
async function findIssue(
  repository: Slug,
  rest: Rest,
  marker: string,
  state: 'open' | 'closed',
): Promise<Issue | null> {
  const about = `${state} issues`;
  const isOpen = state === 'open';
  const order = { sort: isOpen ? 'created' : 'updated', direction: 'desc' };
  const what = {
    route: 'GET /repos/{owner}/{repo}/issues',
    parameters: { ...repository, state, ...order },
    about,
    needs: 'issues: read',
  };
  let looked = 0;
  for await (const entry of rest.entries(what, MAX_OPEN_PAGES)) {
    const issue = readFields(entry, '', refuseAnswer(about));
    if (await isOurs(issue, rest, marker)) {
      return { number: issue.count('number'), title: issue.text('title'), body: issue.text('body') };
    }
    looked += 1;
    if (!isOpen && looked === MAX_CLOSED_PAGES * 100) return null;
  }
  return null;
}

async function isOurs(issue: Fields, rest: Rest, marker: string): Promise<boolean> {
  if (issue.fieldsOrNull('pull_request') !== null) return false;
  const author = issue.fieldsOrNull('user');
  if (author === null || !(issue.textOrNull('body') ?? '').startsWith(marker)) return false;
  return rest.isOurs(author.text('login'));
}
