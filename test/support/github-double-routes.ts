import type {
  DoubleIssue,
  DoubleRepository,
  DoubleToken,
  GitHubWorld,
  Permission,
} from './github-double-state.ts';

/** One request that the double has understood. */
export interface Asked {
  readonly world: GitHubWorld;
  readonly token: DoubleToken;
  readonly repository: DoubleRepository;
  /** What the braces of the path stood for. */
  readonly values: { readonly [Name in 'number' | 'id' | 'commit' | 'path']?: string };
  readonly query: { readonly [Name in 'state' | 'head' | 'direction' | 'ref']?: string };
  readonly body: { readonly [Name in 'title' | 'body' | 'labels' | 'state']?: unknown };
}

export interface Answer {
  readonly status: number;
  readonly data: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Behind `/repos/{owner}/{repo}`. */
  readonly path: string;
  readonly query?: readonly string[];
  /** Key → what `typeof` says of it, or `list`. */
  readonly body?: Readonly<Record<string, 'string' | 'list'>>;
  /** One of these is enough. */
  readonly needs: readonly Permission[];
  /** Lists are cut into pages. */
  readonly answer: (asked: Asked) => Answer;
}

const page = ['per_page', 'page'];

/** The only endpoints there are. */
export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/pulls',
    query: [...page, 'state', 'head'],
    needs: ['pull-requests'],
    answer: ({ repository, query }) => {
      // A head without an owner is no filter at all.
      const [, owner, branch] = /^([^:]+):(.*)$/s.exec(query.head ?? '') ?? [];
      const isOf = ({
        head,
      }: {
        head: { ref: string; repo: { owner: { login: string } } | null };
      }): boolean => owner === undefined || (head.ref === branch && head.repo?.owner.login === owner);
      const isIn = ({ state }: { state: string }): boolean =>
        query.state === 'all' || state === (query.state ?? 'open');
      return ok(Object.values(repository.pulls).filter((pull) => isOf(pull) && isIn(pull)));
    },
  },
  {
    method: 'GET',
    path: '/pulls/{number}',
    needs: ['pull-requests'],
    answer: ({ repository, values }) => found(repository.pulls[Number(values.number)]),
  },
  {
    method: 'GET',
    path: '/pulls/{number}/reviews',
    query: page,
    needs: ['pull-requests'],
    answer: ({ repository, values }) =>
      repository.pulls[Number(values.number)] === undefined
        ? missing
        : ok(repository.reviews[Number(values.number)] ?? []),
  },
  {
    method: 'GET',
    path: '/commits/{commit}/pulls',
    query: page,
    needs: ['pull-requests'],
    answer: ({ repository, values }) =>
      ok((repository.commits[values.commit ?? ''] ?? []).map((number) => repository.pulls[number])),
  },
  {
    method: 'GET',
    path: '/issues/{number}/comments',
    query: page,
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
    answer: ({ repository, values, body }) => {
      const comment = repository.comments.find(({ id }) => id === Number(values.id));
      if (comment === undefined) return missing;
      if (isTooLong(String(body.body))) return tooLongComment;
      comment.body = String(body.body);
      return ok(comment);
    },
  },
  {
    method: 'GET',
    path: '/issues',
    query: [...page, 'state', 'sort', 'direction'],
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
      const all = [...repository.issues.map(withUser), ...asIssues].filter(isIn);
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
      return { status: 201, data: withUser(issue) };
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
      return ok(withUser(issue));
    },
  },
  {
    method: 'GET',
    path: '/contents/{path}',
    query: ['ref'],
    needs: ['contents'],
    answer: ({ repository, values, query }) =>
      contents(repository.files[`${values.path}@${query.ref}`], values.path ?? ''),
  },
];

const missing: Answer = { status: 404, data: { message: 'Not Found', status: '404' } };

function ok(data: unknown): Answer {
  return { status: 200, data };
}

function found(data: unknown): Answer {
  return data === undefined ? missing : ok(data);
}

function isThere(repository: DoubleRepository, wanted: number): boolean {
  return repository.pulls[wanted] !== undefined || repository.issues.some(({ number }) => number === wanted);
}

function withUser(issue: DoubleIssue): DoubleIssue & { number: number } {
  return { ...issue };
}

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

/** Up to 1 MiB with the content, in lines of 60 characters; above without it. */
function contents(file: DoubleRepository['files'][string] | undefined, path: string): Answer {
  if (file === undefined) return missing;
  if (file === 'dir') return ok([{ type: 'file', name: 'a.yaml', path: `${path}/a.yaml`, size: 1 }]);
  if (file === 'symlink') return ok({ type: 'symlink', target: '/etc/passwd', path, size: 11 });
  if (file === 'submodule')
    return ok({ type: 'submodule', submodule_git_url: 'git://example.com/x.git', path, size: 0 });
  const isLarge = file.length > 1024 * 1024;
  const text = Buffer.from(file).toString('base64').replace(/.{60}/g, '$&\n');
  const content = isLarge ? { encoding: 'none', content: '' } : { encoding: 'base64', content: `${text}\n` };
  return ok({ type: 'file', path, size: file.length, ...content });
}
