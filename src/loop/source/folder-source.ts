import { resolve } from 'node:path';
import { findManifest } from '../../engine/find-manifest.ts';
import { readGitFacts } from '../../engine/git-facts.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { Revision, Source } from '../model.ts';
import { sourceError } from './fail.ts';
import type { FolderSpec } from './parse-spec.ts';

/** A folder of this machine, or one manifest file, as `mcpform plan` reads it. */
export function folderSource({ path, paths }: FolderSpec, cwd: string, ctx: Context): Source {
  const { files } = ctx.system;
  const place = resolve(cwd, path);
  const look = async (_applied: string | null, signal: AbortSignal): Promise<Revision> => {
    signal.throwIfAborted();
    const { kind } = await files.stat(await files.realPath(place));
    const isFolder = kind === 'folder';
    const named = [
      ...(isFolder ? [] : [place]),
      ...paths.map((each) => resolve(isFolder ? place : cwd, each)),
    ];
    const manifestFiles = await findManifest(named, isFolder ? place : cwd, files);
    const git = await readGitFacts(isFolder ? place : resolve(place, '..'), files);
    return {
      commit: git?.revision ?? null,
      label: place,
      committedMs: null,
      signer: null,
      manifestFiles,
      root: null,
      files,
    };
  };
  return {
    spec: path,
    look: (applied, signal) => orUnavailable(place, () => look(applied, signal)),
    close: async () => undefined,
  };
}

async function orUnavailable<T>(place: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof McpformError && error.code === 'MANIFEST_NOT_FOUND') {
      throw sourceError('SOURCE_UNAVAILABLE', error.message, error.hint ?? 'check the path', error);
    }
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'EIO', 'ESTALE')) throw error;
    const message = `the source "${place}" cannot be looked at (${error.code})`;
    throw sourceError('SOURCE_UNAVAILABLE', message, 'check the path, and whether its disk is there', error);
  }
}
