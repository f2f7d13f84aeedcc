import { type Answer, missing, ok, PAGE, type Route } from './github-double-route.ts';
import type { DoubleIssue, DoubleRepository } from './github-double-state.ts';

/** Issues, and comments on them and on pull requests. */
export const ISSUE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/issues/{number}/comments',
    query: PAGE,
    needs: ['issues', 'pull-requests'],
    answer: ({ repository, values }) => {
      const number = Number(values.number);
      if (!isThere(repository, number)) return missing;
      return ok(
        repository.comments
          .filter(({ on }) => on === number)
          .map(({ id, body, user }) => ({ id, body, user })),
      );
    },
  },
  {
    method: 'POST',
    path: '/issues/{number}/comments',
    body: { body: 'string' },
    needs: ['issues', 'pull-requests'],
    answer: ({ repository, token, values, body }) => {
      const number = Number(values.number);
      if (!isThere(repository, number)) return missing;
      const text = String(body.body);
      if (isIssue(repository, number) && token.permissions.issues !== 'write') return notForIssues;
      if (isTooLong(text)) return tooLongComment;
      const comment = { id: 1000 + repository.comments.length, on: number, body: text, user: token.account };
      repository.comments.push(comment);
      return { status: 201, data: comment };
    },
  },
  {
    method: 'PATCH',
    path: '/issues/comments/{id}',
    body: { body: 'string' },
    needs: ['issues', 'pull-requests'],
    answer: ({ repository, token, values, body }) => {
      const comment = repository.comments.find(({ id }) => id === Number(values.id));
      if (comment === undefined) return missing;
      if (isIssue(repository, comment.on) && token.permissions.issues !== 'write') return notForIssues;
      if (isTooLong(String(body.body))) return tooLongComment;
      comment.body = String(body.body);
      return ok(comment);
    },
  },
  {
    method: 'GET',
    path: '/issues',
    query: [...PAGE, 'state', 'sort', 'direction'],
    needs: ['issues'],
    answer: ({ repository, query }) => {
      const isIn = ({ state }: { state: string }): boolean =>
        query.state === 'all' || state === (query.state ?? 'open');
      const asIssues = Object.values(repository.pulls).map((pull) => ({
        title: '',
        body: '',
        ...pull,
        pull_request: {},
      }));
      const all = [...repository.issues, ...asIssues].filter(isIn);
      return ok(all.sort((a, b) => (query.direction === 'asc' ? a.number - b.number : b.number - a.number)));
    },
  },
  {
    method: 'POST',
    path: '/issues',
    body: { title: 'string', body: 'string', labels: 'list' },
    needs: ['issues'],
    answer: ({ repository, token, body }) => {
      if (isTooLong(String(body.body))) return tooLongIssue;
      const taken = [...repository.issues, ...Object.values(repository.pulls)].map(({ number }) => number);
      const issue: DoubleIssue = {
        number: Math.max(0, ...taken) + 1,
        title: String(body.title),
        body: String(body.body),
        state: 'open',
        labels: Array.isArray(body.labels) ? body.labels.map(String) : [],
        user: token.account,
      };
      repository.issues.push(issue);
      return { status: 201, data: { ...issue } };
    },
  },
  {
    method: 'PATCH',
    path: '/issues/{number}',
    body: { title: 'string', body: 'string', state: 'string', state_reason: 'string' },
    needs: ['issues'],
    answer: ({ repository, values, body }) => {
      const issue = repository.issues.find(({ number }) => number === Number(values.number));
      if (issue === undefined) return missing;
      if (typeof body.body === 'string' && isTooLong(body.body)) return tooLongIssue;
      if (typeof body.title === 'string') issue.title = body.title;
      if (typeof body.body === 'string') issue.body = body.body;
      if (body.state === 'open' || body.state === 'closed') issue.state = body.state;
      return ok({ ...issue });
    },
  },
];

function isThere(repository: DoubleRepository, wanted: number): boolean {
  return repository.pulls[wanted] !== undefined || isIssue(repository, wanted);
}

/** What may write to pull requests writes no comment on an issue that is none. */
function isIssue({ issues }: DoubleRepository, wanted: number): boolean {
  return issues.some(({ number }) => number === wanted);
}

const notForIssues: Answer = {
  status: 403,
  data: { message: 'Resource not accessible by integration', status: '403' },
};

/** What GitHub counts are characters; we count those beyond the basic plane twice, which is stricter. */
function isTooLong(text: string): boolean {
  return text.length > 65_536;
}

/** In GitHub's words of 2025. */
const tooLongComment = unprocessable({
  resource: 'IssueComment',
  code: 'unprocessable',
  field: 'data',
  message: 'Body is too long (maximum is 65536 characters)',
});
const tooLongIssue = unprocessable({
  resource: 'Issue',
  code: 'custom',
  field: 'body',
  message: 'body is too long (maximum is 65536 characters)',
});

function unprocessable(error: Readonly<Record<string, string>>): Answer {
  const documentation_url = 'https://docs.github.com/rest/issues';
  return {
    status: 422,
    data: { message: 'Validation Failed', errors: [error], documentation_url, status: '422' },
  };
}
