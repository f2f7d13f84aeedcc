import { readFields } from '../read-fields.ts';
import type { Rest } from './ask.ts';
import { checkBody } from './check-body.ts';
import type { Comment, GitHub } from './github.ts';
import { isOurText } from './is-our-text.ts';
import { refuseAnswer } from './refuse-answer.ts';
import type { Slug } from './slug.ts';

/** GitHub takes no more than 2,500 comments for one pull request. */
const MAX_PAGES = 30;

const READ = 'pull-requests: read';

export function commentsOf(repository: Slug, rest: Rest): Pick<GitHub, 'readComment' | 'upsertComment'> {
  const readComment: GitHub['readComment'] = (number, marker) =>
    findComment(repository, rest, { number, isWanted: (body) => body.startsWith(marker), needs: READ });
  return {
    readComment,
    upsertComment: async (number, { marker, body, ifAbsent }) => {
      const about = `comment on pull request ${number}`;
      checkBody(body, marker, about);
      const known = await readComment(number, marker);
      if (known === null) {
        if (ifAbsent === 'leave') return 'none';
        const what = { number, body, about, needs: 'pull-requests: write' };
        await postComment(repository, rest, what, () => readComment(number, marker));
        return 'created';
      }
      if (isOurText(known.body, body)) return 'unchanged';
      await rest.ask({
        route: 'PATCH /repos/{owner}/{repo}/issues/comments/{id}',
        parameters: { ...repository, id: known.id, body },
        about,
        needs: 'pull-requests: write',
      });
      return 'updated';
    },
  };
}

interface Wanted {
  readonly number: number;
  readonly isWanted: (body: string) => boolean;
  readonly needs: string;
}

/** The oldest comment with such a text that the token's own account wrote. */
export async function findComment(
  repository: Slug,
  rest: Rest,
  { number, isWanted, needs }: Wanted,
): Promise<Comment | null> {
  const about = `comments on ${number}`;
  const what = {
    route: 'GET /repos/{owner}/{repo}/issues/{number}/comments',
    parameters: { ...repository, number },
    about,
    needs,
  };
  for await (const entry of rest.entries(what, MAX_PAGES)) {
    const comment = readFields(entry, '', refuseAnswer(about));
    const body = comment.textOrNull('body') ?? '';
    const author = comment.fieldsOrNull('user');
    if (!isWanted(body) || author === null) continue;
    if (await rest.isOurs(author.text('login'))) {
      return { id: comment.count('id'), body };
    }
  }
  return null;
}

interface NewComment {
  readonly number: number;
  readonly body: string;
  readonly about: string;
  readonly needs: string;
}

/** Once, also when the answer is lost: then `find` says whether it is there. */
export async function postComment(
  repository: Slug,
  rest: Rest,
  { number, body, about, needs }: NewComment,
  find: () => Promise<Comment | null>,
): Promise<void> {
  const route = 'POST /repos/{owner}/{repo}/issues/{number}/comments';
  const parameters = { ...repository, number, body };
  await rest.makeOnce<unknown>(() => rest.ask({ route, parameters, about, needs }), find);
}
