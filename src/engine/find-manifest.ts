import { dirname, join, resolve } from 'node:path';
import { isErrno, McpformError } from '../model/error.ts';
import type { Files } from '../model/system.ts';
import { readGitFacts } from './git-facts.ts';

const NAMES = ['mcp.yaml', 'mcp.yml'];

/**
 * Absolute paths of the manifest files: those named with `-f`, else `mcp.yaml` in the folder or, inside a
 * repository, in the nearest folder above it up to the repository's root.
 */
export async function findManifest(
  named: readonly string[],
  cwd: string,
  files: Files,
): Promise<readonly string[]> {
  if (named.length > 0) return named.map((file) => resolve(cwd, file));
  const top = (await readGitFacts(cwd, files))?.root ?? cwd;
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const name of NAMES) {
      if (await isThere(join(folder, name), files)) return [join(folder, name)];
    }
    if (folder === top || dirname(folder) === folder) break;
  }
  throw new McpformError(
    'MANIFEST_NOT_FOUND',
    `no mcp.yaml in "${cwd}"${top === cwd ? '' : ' or above it in the repository'}`,
    {
      hint: 'name one with -f FILE, or write one with `mcpform init`',
    },
  );
}

async function isThere(path: string, files: Files): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
