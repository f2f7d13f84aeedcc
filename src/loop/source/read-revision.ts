import { join } from 'node:path';
import type { Revision } from '../model.ts';
import type { ChainLink } from './choose-commit.ts';
import { commitFiles } from './commit-files.ts';
import { readTree } from './commit-tree.ts';
import type { Tip } from './find-tip.ts';
import { filesToRead, findManifests } from './manifest-paths.ts';
import { type MirrorAccess, withMirror } from './mirror.ts';
import type { Mirror } from './open-mirror.ts';
import type { GitSpec } from './parse-spec.ts';
import { blobSizes, readBlobs } from './read-blobs.ts';

export interface RevisionOf {
  readonly commit: ChainLink;
  readonly label: string;
  readonly signer: string | null;
  readonly spec: GitSpec;
  /** For what is read later. */
  readonly signal: AbortSignal;
  /** Has a mirror that was made anew meanwhile hold the commit again. */
  readonly takeAgain: (mirror: Mirror) => Promise<void>;
}

/** Reads manifests and locks of a commit at once; other files of it when somebody asks for them. */
export async function readRevision(
  { commit, label, signer, spec, signal, takeAgain }: RevisionOf,
  mirror: Mirror,
  access: MirrorAccess,
): Promise<Revision> {
  const { files } = access.ctx.system;
  const listing = await mirror.read(['ls-tree', '-r', '-t', '-z', '--full-tree', commit.id]);
  const tree = readTree(listing.toString('utf8'));
  const manifests = findManifests(spec.paths, tree);
  const idOf = (path: string): string => tree.entries.get(path)?.id ?? '';
  const kept = await readBlobs(filesToRead(manifests, tree).map(idOf), mirror);
  const format = commit.id.length === 64 ? 'sha256' : 'sha1';
  const root = await files.realPath(access.place.tree);
  const { uid, gid } = await files.stat(root);
  const later = <T>(use: (mirror: Mirror) => Promise<T>): Promise<T> =>
    withMirror(
      access,
      format,
      async (again) => {
        await takeAgain(again);
        return await use(again);
      },
      signal,
    );
  const content = {
    tree,
    root,
    owner: { uid, gid },
    committedMs: commit.committedMs,
    read: async (id: string) =>
      kept.get(id) ?? ((await later((again) => readBlobs([id], again))).get(id) as Buffer),
    size: async (id: string) =>
      kept.get(id)?.length ?? ((await later((again) => blobSizes([id], again))).get(id) as number),
    extra: workTreeOf(spec.url, commit.id),
  };
  return {
    commit: commit.id,
    label,
    committedMs: commit.committedMs,
    signer,
    manifestFiles: manifests.map((path) => join(root, ...path.split('/'))),
    root,
    files: commitFiles(content, files),
  };
}

/** `main@sha1:3f1c…`. */
export function labelOf({ id }: Pick<ChainLink, 'id'>, { kind, name }: Pick<Tip, 'kind' | 'name'>): string {
  const whole = `${id.length === 64 ? 'sha256' : 'sha1'}:${id}`;
  return kind === 'commit' ? whole : `${name}@${whole}`;
}

/** Whoever reads facts of Git from files finds this repository and commit, and not one around our cache. */
function workTreeOf(url: string, commit: string): Readonly<Record<string, string>> {
  return { '.git/HEAD': `${commit}\n`, '.git/config': `[remote "origin"]\n\turl = ${url}\n` };
}
