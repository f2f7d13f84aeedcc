import { dirname } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import type { SourceIdentity } from '../model/inventory.ts';
import { findManifest } from './find-manifest.ts';
import { type GitFacts, readGitFacts } from './git-facts.ts';
import { readInput } from './read-input.ts';
import { identifySource } from './source-identity.ts';

export interface LoadRequest {
  /** As given with `-f`; empty means look for `mcp.yaml`. */
  readonly files: readonly string[];
  readonly cwd: string;
  /** `--var`, variable files and `MCPFORM_VAR_*`, already merged. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of `variables` that only the environment gave. */
  readonly ambient?: readonly string[];
  /** `--allow-literal`: places of what looks like a credential, and passes this time. */
  readonly allowedLiterals?: readonly string[];
}

/** A manifest file as read. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The first hand-over of the pipeline: the texts a person wrote, and where they come from. */
export interface Loaded {
  /** In merge order; at least one. */
  readonly sources: readonly SourceFile[];
  readonly lockPath: string;
  /** Null when there is no lock file. */
  readonly lockBytes: Uint8Array | null;
  readonly variables: Readonly<Record<string, string>>;
  readonly ambient: readonly string[];
  readonly allowedLiterals: readonly string[];
  /** The git root above the first file, else that file's folder. */
  readonly root: string;
  readonly git: GitFacts | null;
  readonly source: SourceIdentity;
}

/** Finds and reads manifest and lock; understands nothing yet. */
export async function load(request: LoadRequest, ctx: Context): Promise<Loaded> {
  const { files } = ctx.system;
  const paths = await findManifest(request.files, request.cwd, files);
  const lockPath = lockPathOf(paths[0] as string);
  const [lockBytes, ...bytes] = await Promise.all([
    readLockFile(lockPath, ctx),
    ...paths.map((path) => readInput(path, 'MANIFEST_UNREADABLE', files)),
  ]);
  const folder = dirname(await files.realPath(paths[0] as string));
  const git = await readGitFacts(folder, files);
  return {
    sources: paths.map((path, index) => ({ path, bytes: bytes[index] as Uint8Array })),
    lockPath,
    lockBytes,
    variables: request.variables,
    ambient: request.ambient ?? [],
    allowedLiterals: request.allowedLiterals ?? [],
    root: git?.root ?? folder,
    git,
    source: await identifySource(paths, git, folder, files),
  };
}

/** Relative paths in the manifest count from the folder of its first file. */
export function folderOf({ sources }: Pick<Loaded, 'sources'>): string {
  return dirname((sources[0] as SourceFile).path);
}

/** `mcp.yaml` → `mcp.lock.yaml`, beside it. */
export function lockPathOf(manifestPath: string): string {
  return manifestPath.replace(/\.ya?ml$|$/, '.lock.yaml');
}

async function readLockFile(path: string, ctx: Context): Promise<Uint8Array | null> {
  try {
    await ctx.system.files.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
  return await readInput(path, 'LOCK_UNREADABLE', ctx.system.files);
}
