import { posix } from 'node:path';
import type { SourceIdentity } from '../model/inventory.ts';

/** `github.com/acme/tools` for a remote in any spelling; `file:/path` for a manifest without one. */
export function sourceName({ remote, root }: SourceIdentity): string {
  if (remote === null) return `file:${root}`;
  // As the engine spells it: no scheme, no credentials.
  const plain = /^([^/\s:~.][^/\s:]*(?::\d+)?)\/(.+)$/.exec(remote);
  if (plain !== null) return cleanName(plain[1] as string, plain[2] as string);
  const short = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(remote);
  if (short !== null) return cleanName(short[1] as string, short[2] as string);
  if (!URL.canParse(remote)) return `file:${posix.normalize(remote)}`;
  const { host, pathname } = new URL(remote);
  return host === '' ? `file:${pathname}` : cleanName(host, pathname);
}

function cleanName(host: string, path: string): string {
  const clean = posix
    .normalize(`/${path}`)
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return `${host.toLowerCase()}${clean}`;
}
