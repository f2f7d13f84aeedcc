import type { IncomingHttpHeaders } from 'node:http';
import { ISSUE_ROUTES } from './github-double-issues.ts';
import { secondaryLimit } from './github-double-limits.ts';
import { pageOf } from './github-double-page.ts';
import { PULL_ROUTES } from './github-double-pulls.ts';
import { type Answer, missing, type Route } from './github-double-route.ts';
import type { DoubleToken, GitHubWorld } from './github-double-state.ts';

export interface Call {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Place {
  readonly world: GitHubWorld;
  readonly origin: string;
  /** Before all paths. */
  readonly prefix: string;
  /** How much a token has made in the last minute, this time included. */
  readonly countCreation: (token: string) => number;
}

/** How much of what notifies people GitHub lets a token make in a minute. */
const CREATIONS_PER_MINUTE = 80;

/** The only endpoints there are. */
const ROUTES = [...PULL_ROUTES, ...ISSUE_ROUTES];

/** What GitHub answers. Throws for what GitHub does not have, or for what we do not ask like this. */
export function answerTo({ method, target, headers, body: text }: Call, place: Place): Answer {
  const { world, origin, prefix, countCreation } = place;
  if (!/\S/.test(headers['user-agent'] ?? '')) throw new Error('no user agent');
  const key = /^(?:bearer|token) (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const token = Object.hasOwn(world.tokens, key) ? world.tokens[key] : undefined;
  if (token === undefined) return { status: 401, data: { message: 'Bad credentials', status: '401' } };
  const url = new URL(target, origin);
  const graphql = prefix === '' ? '/graphql' : '/api/graphql';
  if (method === 'POST' && url.pathname === graphql) return viewer(text, token);
  if (headers.accept !== 'application/vnd.github+json') throw new Error(`accept: ${headers.accept}`);
  if (headers['x-github-api-version'] !== '2022-11-28') throw new Error('no version of the API');
  const [, owner = '', repo = '', rest = ''] =
    /^\/repos\/([^/]+)\/([^/]+)(\/.*)$/.exec(url.pathname.slice(prefix.length)) ?? [];
  const route = ROUTES.find((each) => each.method === method && valuesOf(each, rest) !== null);
  if (!url.pathname.startsWith(prefix) || route === undefined) throw new Error('no such endpoint');
  const query = Object.fromEntries(url.searchParams);
  const strange = Object.keys(query).filter((name) => !route.query?.includes(name));
  if (strange.length > 0) throw new Error(`parameters ${strange.join(', ')}`);
  const body = bodyOf(route, text);
  const slug = `${owner}/${repo}`;
  const repository = Object.hasOwn(world.repositories, slug) ? world.repositories[slug] : undefined;
  const isOwn = token.repository === slug;
  if (repository === undefined || (repository.isPrivate && !isOwn)) return missing;
  if (!mayDo(route, token, { isOwn, isPrivate: repository.isPrivate })) return notAccessible(route);
  if (method === 'POST' && countCreation(key) > CREATIONS_PER_MINUTE) return secondaryLimit(60);
  const values = valuesOf(route, rest) ?? {};
  const answer = route.answer({ world, token, repository, values, query, body });
  if (!Array.isArray(answer.data) || !route.query?.includes('page')) return answer;
  return pageOf(answer.data, { url, query, id: repository.id, origin: `${origin}${prefix}` });
}

/** What the token of a workflow may ask about itself: nothing but this. */
function viewer(text: string, { account }: DoubleToken): Answer {
  const { query }: { query?: unknown } = JSON.parse(text);
  if (query !== 'query { viewer { login } }') throw new Error(`query ${query}`);
  return { status: 200, data: { data: { viewer: { login: account.login } } } };
}

function notAccessible({ needs }: Route): Answer {
  const documentation_url = 'https://docs.github.com/rest';
  const accepted = needs.map((name) => `${name.replace('-', '_')}=write`).join('; ');
  return {
    status: 403,
    data: { message: 'Resource not accessible by integration', documentation_url, status: '403' },
    headers: { 'x-accepted-github-permissions': accepted },
  };
}

function valuesOf({ path }: Route, rest: string): Record<string, string> | null {
  const names = path.split('/');
  const parts = rest.split('/');
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

function bodyOf({ body: keys }: Route, text: string): Record<string, unknown> {
  if (keys === undefined && text !== '') throw new Error('a body');
  if (keys === undefined) return {};
  const body: Record<string, unknown> = JSON.parse(text);
  for (const [name, value] of Object.entries(body)) {
    const kind = Array.isArray(value) ? 'list' : typeof value;
    if (keys[name] !== kind) throw new Error(`the field ${name} is ${kind}`);
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
