import { posix } from 'node:path';

/**
 * One spelling per place, in lower case. Null for what is not absolute, or climbs: nobody knows where through a link.
 */
export function plainPath(source: string): string | null {
  const drive = /^([a-z]):[\\/]/i.exec(source);
  const slashed = drive === null ? source : `/${drive[1]}/${source.slice(3).replaceAll('\\', '/')}`;
  if (!slashed.startsWith('/') || slashed.split('/').includes('..')) return null;
  const path = posix
    .normalize(slashed)
    .replace(/(?<=.)\/+$/, '')
    .toLowerCase();
  return (
    path
      // Where Docker Desktop and WSL show the machine around them.
      .replace(/^\/(?:host_mnt|run\/desktop\/mnt\/host)(?=\/)/, '')
      .replace(/^\/mnt(?=\/[a-z](?:\/users(?:\/|$)|$))/, '')
      // macOS: `/var` is a link to `/private/var`.
      .replace(/^\/private(?=\/(?:var|tmp|etc)(?:\/|$))/, '') || '/'
  );
}

/** Of plain paths. */
export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === '/' ? '/' : `${root}/`);
}

/** The home folders that a plain path lies in: known ones, absolute, and those in the usual places. */
export function homesAround(path: string, known: readonly string[]): readonly string[] {
  const homes = known.map(plainPath).filter((home): home is string => home !== null && isWithin(path, home));
  return [...homes, ...(HOME.exec(path) ?? [])];
}

const HOME = /^(?:\/root|\/var\/root|\/(?:var\/home|home|users|[a-z]\/users)\/[^/]+)(?=\/|$)/;
