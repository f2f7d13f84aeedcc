import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, ROUTES, type Route } from './github-double-routes.ts';
import type { DoubleToken, GitHubWorld } from './github-double-state.ts';

/** What goes wrong with one request, instead of or after what it asks for. */
export type Fault =
  /** Answers this, and does nothing. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; data?: unknown }
  /** Ends the connection, and does nothing. */
  | { kind: 'drop' }
  /** Does it, and ends the connection. */
  | { kind: 'lose-answer' }
  /** Does it, and answers after so long. */
  | { kind: 'slow'; ms: number };

export interface GitHubDouble {
  /** `GITHUB_API_URL`. */
  readonly url: string;
  readonly world: GitHubWorld;
  /** All that was asked, with the path as it was sent: `GET /repos/octo-org/tools/pulls/1`. */
  readonly asked: readonly string[];
  /** For the next requests whose `METHOD /path` the pattern finds, one each. */
  fail(pattern: RegExp, ...faults: readonly Fault[]): void;
  /** Rejects when anything was asked that GitHub does not have, or not so. */
  close(): Promise<void>;
}

/** How much of what notifies people GitHub lets a token make in a minute. */
const CREATIONS_PER_MINUTE = 80;

/**
 * A double of the few endpoints of GitHub's REST API that we use, on loopback: it has GitHub's limits, permissions, pages and
 * words, and takes nothing else. With `prefix: '/api/v3'` it lies where GitHub Enterprise has it.
 */
export async function githubDouble(world: GitHubWorld, { prefix = '' } = {}): Promise<GitHubDouble> {
  const asked: string[] = [];
  const unknown: string[] = [];
  const faults: { pattern: RegExp; fault: Fault }[] = [];
  const creations: { token: string; at: number }[] = [];
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answerTo = (
    request: IncomingMessage,
    text: string,
  ): Answer & { headers?: Record<string, string> } => {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '', origin());
    const refuse = (why: string): Answer => {
      unknown.push(`${method} ${request.url}: ${why}`);
      return { status: 400, data: { message: `the double of GitHub: ${why}` } };
    };
    if (!/\S/.test(headers['user-agent'] ?? '')) return refuse('no user agent');
    const key = /^(?:bearer|token) (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    const token = Object.hasOwn(world.tokens, key) ? world.tokens[key] : undefined;
    const graphql = prefix === '' ? '/graphql' : '/api/graphql';
    if (token === undefined) return { status: 401, data: { message: 'Bad credentials', status: '401' } };
    if (method === 'POST' && url.pathname === graphql) return viewer(text, token, refuse);
    if (headers.accept !== 'application/vnd.github+json') return refuse(`accept: ${headers.accept}`);
    if (headers['x-github-api-version'] !== '2022-11-28') return refuse('no version of the API');
    if (!url.pathname.startsWith(`${prefix}/repos/`)) return refuse('no such endpoint');
    const [owner = '', repo = '', ...rest] = url.pathname.slice(`${prefix}/repos/`.length).split('/');
    const route = ROUTES.find((each) => each.method === method && valuesOf(each, rest) !== null);
    if (route === undefined) return refuse('no such endpoint');
    const query = Object.fromEntries(url.searchParams);
    const strange = Object.keys(query).filter((name) => !(route.query ?? []).includes(name));
    if (strange.length > 0) return refuse(`parameters ${strange.join(', ')}`);
    const body = bodyOf(route, text);
    if (typeof body === 'string') return refuse(body);
    const slug = `${owner}/${repo}`;
    const repository = Object.hasOwn(world.repositories, slug) ? world.repositories[slug] : undefined;
    const isOwn = token.repository === slug;
    if (repository === undefined || (repository.isPrivate && !isOwn)) return { status: 404, data: notFound };
    if (!mayDo(route, token, { isOwn, isPrivate: repository.isPrivate })) {
      return {
        status: 403,
        data: {
          message: 'Resource not accessible by integration',
          documentation_url: 'https://docs.github.com/rest',
          status: '403',
        },
        headers: {
          'x-accepted-github-permissions': route.needs
            .map((name) => `${name.replace('-', '_')}=write`)
            .join('; '),
        },
      };
    }
    if (method === 'POST') {
      const now = Date.now();
      creations.push({ token: key, at: now });
      const recent = creations.filter((each) => each.token === key && now - each.at < 60_000);
      if (recent.length > CREATIONS_PER_MINUTE) return secondaryLimit(60);
    }
    const values = valuesOf(route, rest) ?? {};
    const answer = route.answer({ world, token, repository, values, query, body });
    if (!Array.isArray(answer.data) || !route.query?.includes('page')) return answer;
    return pageOf(answer.data, { url, query, id: repository.id, origin: `${origin()}${prefix}` });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const at = faults.findIndex(({ pattern }) => pattern.test(line));
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault;
    if (fault?.kind === 'drop') return void request.socket.destroy();
    const answer =
      fault?.kind === 'answer' ? faultAnswer(fault) : answerTo(request, Buffer.concat(pieces).toString());
    if (fault?.kind === 'lose-answer') return void request.socket.destroy();
    if (fault?.kind === 'slow') await new Promise((done) => setTimeout(done, fault.ms));
    const { status, data, headers = {} } = answer;
    const limits = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '900' };
    const type = { 'content-type': 'application/json; charset=utf-8' };
    response
      .writeHead(status, { ...type, ...limits, ...headers })
      .end(typeof data === 'string' ? data : JSON.stringify(data));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      unknown.push(`${request.method} ${request.url}: ${error}`);
      request.socket.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `${origin()}${prefix}`,
    world,
    asked,
    fail: (pattern, ...more) => faults.push(...more.map((fault) => ({ pattern, fault }))),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      if (unknown.length > 0) throw new Error(`GitHub has no such thing:\n${unknown.join('\n')}`);
    },
  };
}

const notFound = { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' };

/** As GitHub says it; without `seconds` it does not say for how long. */
export function secondaryLimit(
  seconds?: number,
): Answer & { kind: 'answer'; headers: Record<string, string> } {
  return {
    kind: 'answer',
    status: 403,
    headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
    data: {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    },
  };
}

export function primaryLimit(
  resetAtSeconds: number,
): Answer & { kind: 'answer'; headers: Record<string, string> } {
  return {
    kind: 'answer',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetAtSeconds) },
    data: {
      message: 'API rate limit exceeded for installation ID 7.',
      documentation_url: 'https://docs.github.com/rest',
    },
  };
}

function faultAnswer({
  status,
  headers = {},
  data = {},
}: Extract<Fault, { kind: 'answer' }>): Answer & { headers: Record<string, string> } {
  return { status, headers, data };
}

/** What the token of a workflow may ask about itself: nothing but this. */
function viewer(text: string, { account }: DoubleToken, refuse: (why: string) => Answer): Answer {
  const { query }: { query?: unknown } = JSON.parse(text);
  if (query !== 'query { viewer { login } }') return refuse(`query ${query}`);
  return { status: 200, data: { data: { viewer: { login: account.login } } } };
}

function valuesOf({ path }: Route, parts: readonly string[]): Record<string, string> | null {
  const names = path.split('/').slice(1);
  if (names.length !== parts.length) return null;
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = decodeURIComponent(parts[index] ?? '');
    const placeholder = /^\{(\w+)\}$/.exec(name)?.[1];
    if (placeholder === undefined ? name !== part : !isValue(placeholder, part)) return null;
    if (placeholder !== undefined) values[placeholder] = part;
  }
  return values;
}

function isValue(placeholder: string, part: string): boolean {
  if (placeholder === 'number' || placeholder === 'id') return /^[1-9]\d*$/.test(part);
  if (placeholder === 'commit') return /^[0-9a-f]{40,64}$/.test(part);
  return part !== '';
}

function bodyOf({ body: keys }: Route, text: string): Record<string, unknown> | string {
  if (keys === undefined) return text === '' ? {} : 'a body';
  const body: Record<string, unknown> = JSON.parse(text);
  for (const [name, value] of Object.entries(body)) {
    const kind = Array.isArray(value) ? 'list' : typeof value;
    if (keys[name] !== kind) return `the field ${name} is ${kind}`;
  }
  return body;
}

function mayDo(
  route: Route,
  token: DoubleToken,
  { isOwn, isPrivate }: { isOwn: boolean; isPrivate: boolean },
): boolean {
  const isRead = route.method === 'GET';
  if (isRead && !isPrivate) return true;
  if (!isOwn) return false;
  return route.needs.some(
    (name) => token.permissions[name] === 'write' || (isRead && token.permissions[name] === 'read'),
  );
}

interface Paged {
  readonly url: URL;
  readonly query: { readonly [Name in 'per_page' | 'page']?: string };
  readonly id: number;
  readonly origin: string;
}

/** 30 to a page, at most 100. The links go to `/repositories/ID`, as GitHub's do. */
function pageOf(
  all: readonly unknown[],
  { url, query, id, origin }: Paged,
): Answer & { headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, Number(query.per_page ?? 30)));
  const page = Math.max(1, Number(query.page ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const linkTo = (to: number, relation: string): string => {
    const parameters = new URLSearchParams({ ...query, page: String(to) });
    const path = url.pathname.replace(/^.*?\/repos\/[^/]+\/[^/]+/, `/repositories/${id}`);
    return `<${origin}${path}?${parameters}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [linkTo(page - 1, 'prev')] : []),
    ...(page < last ? [linkTo(page + 1, 'next'), linkTo(last, 'last')] : []),
    ...(page > 1 ? [linkTo(1, 'first')] : []),
  ];
  const data = all.slice((page - 1) * size, page * size);
  return { status: 200, data, headers: links.length === 0 ? {} : { link: links.join(', ') } };
}
