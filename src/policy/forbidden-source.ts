import { homesAround, isWithin, plainPath } from './host-path.ts';

/** What the text of a path cannot tell about an engine's host. */
export interface KnownPlaces {
  /** Home folders, absolute; those in the usual places are known anyway. */
  readonly homes: readonly string[];
  /** Where engines listen, absolute; those in the usual places are known anyway. */
  readonly sockets: readonly string[];
}

/** All that a person has is in it, so no pattern for what is in homes means one. */
export const HOME_FOLDER = 'a home folder';

/**
 * What a folder of the host is, in words, when a container that has it has power over the host or its secrets; null
 * for an ordinary one. By its text alone: links must be resolved before. Case is ignored, as macOS and Windows do.
 */
export function forbiddenSource(source: string, { homes, sockets }: KnownPlaces): string | null {
  if (/^[\\/]{2}[.?][\\/]/.test(source)) return 'a pipe or device of the host';
  const path = plainPath(source);
  if (path === null) return 'no plain path';
  if (/\.sock(?:et)?$/.test(path) || sockets.some((socket) => plainPath(socket) === path)) {
    return 'a socket of the host';
  }
  const tree = TREES.find(([root]) => isWithin(path, root));
  if (tree !== undefined) return tree[1];
  const inHome = homeEntry(path, homes);
  if (inHome !== null) return inHome;
  if (path === '/') return 'the whole host';
  const inner = [...TREES.map(([root]) => root), ...HOME_ROOTS, ...[...homes, ...sockets].map(plainPath)];
  return inner.some((each) => each !== null && isWithin(each, path)) ? 'a folder around such places' : null;
}

/** Never written without a whole path: `/var/run` is a link to `/run` nearly everywhere. */
const TREES: readonly (readonly [string, string])[] = [
  ['/proc', "the kernel's view of the host"],
  ['/sys', "the kernel's view of the host"],
  ['/dev', 'devices of the host'],
  ['/run', 'where services of the host listen'],
  ['/var/run', 'where services of the host listen'],
  ['/tmp/.x11-unix', 'where services of the host listen'],
  ['/var/lib/docker', "an engine's own data"],
  ['/var/lib/containerd', "an engine's own data"],
  ['/var/lib/containers', "an engine's own data"],
  ['/var/lib/kubelet', "an engine's own data"],
  ['/etc/mcpform', 'the policy of this machine'],
];

const HOME_ROOTS: readonly string[] = ['/home', '/users', '/var/home', '/root', '/var/root', '/c/users'];

function homeEntry(path: string, homes: readonly string[]): string | null {
  for (const home of homesAround(path, homes)) {
    if (path === home) return HOME_FOLDER;
    // Keys and sessions of a person are in what is hidden, and where macOS and Windows keep what programs store.
    if (/^\/(?:\.|library(?:\/|$)|appdata(?:\/|$))/.test(path.slice(home.length)))
      return 'a hidden entry of a home folder';
  }
  return null;
}
