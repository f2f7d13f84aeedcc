import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { FileStat, Files } from '../../model/system.ts';

/** Where a write to a config really goes. */
export interface WriteTarget {
  /** The file that a rename replaces: `file`, or what it links to. */
  readonly path: string;
  /** What is there now; null when it does not exist yet. */
  readonly stat: FileStat | null;
}

/** Whether the file is the user's own config or one in a project folder: they have different rules for links. */
export type ConfigKind = 'user' | 'project';

/** Every file that is named like a project's is one; the user's config has one of two other names. */
export function kindOfConfig(file: string): ConfigKind {
  return /[\\/]\.mcp\.json$/.test(file) ? 'project' : 'user';
}

/**
 * The place that a rename may replace. Throws a coded error when replacing would break something: a longer chain of
 * links than the client follows, somebody else's file, a second name of the same file, no file at all.
 */
export async function findWriteTarget(file: string, files: Files): Promise<WriteTarget> {
  if (kindOfConfig(file) === 'project') await refuseLinks(file, files);
  const found = await statOrNull(file, files);
  if (found === null) return { path: file, stat: null };
  const target =
    found.kind === 'link' ? await followOneLink(file, found, files) : { path: file, stat: found };
  if (target.stat.kind !== 'file') {
    throw new McpformError('CLIENT_FILE_UNREADABLE', `"${file}" is not a file`);
  }
  if (target.stat.links > 1) {
    throw new McpformError('CLIENT_HARD_LINK', `"${file}" has ${target.stat.links} names`, {
      hint: 'writing would part them: keep one name, or use a symbolic link',
    });
  }
  return target;
}

/** The client itself follows one link and replaces the next one by a file, so longer chains must not be written. */
async function followOneLink(
  file: string,
  link: FileStat,
  files: Files,
): Promise<{ readonly path: string; readonly stat: FileStat }> {
  const text = await files.readLink(file);
  const path = isAbsolute(text) ? text : resolve(dirname(file), text);
  const stat = await statOrNull(path, files);
  if (stat === null) {
    throw new McpformError('CLIENT_LINK_REFUSED', `"${file}" links to "${path}", which does not exist`, {
      hint: 'create the file with `{}` in it, or remove the link',
    });
  }
  if (stat.kind === 'link') {
    throw new McpformError(
      'CLIENT_LINK_REFUSED',
      `"${file}" links to a link, which Claude Code would break`,
      {
        hint: 'link straight to the file',
      },
    );
  }
  if (stat.uid !== link.uid) {
    throw new McpformError('CLIENT_LINK_REFUSED', `"${file}" links to a file of another user`);
  }
  return { path, stat };
}

/**
 * No link at a project's file, nor between the project's root and it: through one, a commit could write a file that
 * needs no approval, such as the user's own config.
 */
export async function refuseLinks(file: string, files: Files, root?: string): Promise<void> {
  for (const path of pathsFrom(root ?? (await nearestRoot(dirname(file), files)), file)) {
    if ((await statOrNull(path, files))?.kind !== 'link') continue;
    throw new McpformError('CLIENT_LINK_REFUSED', `"${path}" is a symbolic link inside a project`, {
      hint: 'replace it by a real file or folder, or target the folder it leads to',
    });
  }
}

/** The folder upwards that holds `.git` and is no link itself; without one, the folder. Nothing is resolved. */
async function nearestRoot(start: string, files: Files): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    const isRoot = (await statOrNull(join(folder, '.git'), files)) !== null;
    if (isRoot && (await statOrNull(folder, files))?.kind !== 'link') return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** Every path below `root` down to `file`, both without `..`. */
function pathsFrom(root: string, file: string): readonly string[] {
  const paths: string[] = [];
  for (let path = file; path !== root && path !== dirname(path); path = dirname(path)) paths.unshift(path);
  return paths;
}

export async function statOrNull(path: string, files: Files): Promise<FileStat | null> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}
