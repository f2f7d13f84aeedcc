import type { Endpoint } from '../endpoint.ts';

/** An endpoint of which only the certificates are missing. */
export type Address =
  | Exclude<Endpoint, { readonly kind: 'tcp' }>
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number | null };

export const DEFAULT_SOCKET = '/var/run/docker.sock';
export const DEFAULT_PIPE = '//./pipe/docker_engine';

/**
 * Reads what DOCKER_HOST may be, and the host of a context; with text when it is none, which says why.
 * https://docs.docker.com/reference/cli/docker/#specify-daemon-host--h
 */
export function parseHost(text: string): Address | string {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'unix':
      return rest === '' || rest.startsWith('/')
        ? { kind: 'unix', path: rest || DEFAULT_SOCKET }
        : 'the path of a socket starts with "/"';
    case 'npipe':
      return { kind: 'pipe', path: rest || DEFAULT_PIPE };
    case 'tcp':
      return parseTcp(rest);
    case 'ssh':
      return parseSsh(rest);
    case undefined:
      return text.startsWith('/') ? `a socket is written "unix://${text}"` : parseTcp(text);
    default:
      return `it starts with "${scheme}://", and engines are at unix://, npipe://, tcp:// or ssh://`;
  }
}

function parseTcp(rest: string): Address | string {
  if (rest === '') return { kind: 'tcp', host: 'localhost', port: null };
  const url = parseUrl(`tcp://${rest}`);
  if (url === null || url.hostname === '') return 'it names no host';
  if (url.pathname !== '' && url.pathname !== '/')
    return 'it names a path, which an engine behind tcp:// has not';
  if (url.username !== '' || url.password !== '') return 'an engine behind tcp:// knows no users';
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? null : Number(url.port),
  };
}

function parseSsh(rest: string): Address | string {
  const url = parseUrl(`ssh://${rest}`);
  if (url === null || url.hostname === '') return 'it names no host';
  if (url.password !== '') return 'it holds a password, which ssh takes from nobody: use a key';
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const user = url.username === '' ? null : decodeURIComponent(url.username);
  // ssh would take it for an option: https://www.cve.org/CVERecord?id=CVE-2017-1000117
  const isOption = [host, user].some((name) => name?.startsWith('-'));
  if (isOption || !/^[\w.:%-]+$/.test(host)) return 'its host or user is no name that ssh would take';
  return {
    kind: 'ssh',
    user,
    host,
    port: url.port === '' ? null : Number(url.port),
    path: url.pathname === '' || url.pathname === '/' ? null : decodeURIComponent(url.pathname),
  };
}

function parseUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.search === '' && url.hash === '' ? url : null;
}
