import { dirname, resolve } from 'node:path';
import type { Target } from '../model/address.ts';
import type { Manifest } from '../model/manifest.ts';

/** A manifest of another time or work tree as it would be read here: its folders are those of `now`. */
export function atPlaceOf(now: Manifest, past: Manifest): Manifest {
  const { files, root } = now;
  const folderOf = (label: string | undefined): string =>
    label === undefined ? root : resolve(dirname(files[0] ?? root), label);
  const here = (target: Target): Target =>
    target.folder === undefined ? target : { ...target, folder: folderOf(target.label) };
  const servers = past.servers.map((server) => ({ ...server, targets: server.targets.map(here) }));
  return { ...past, files, root, servers };
}
