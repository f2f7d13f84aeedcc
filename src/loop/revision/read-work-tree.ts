import { join } from 'node:path';
import { readInput } from '../../engine/read-input.ts';
import type { RevisionText, RevisionTexts } from '../../engine/static/revision-texts.ts';
import { isErrno } from '../../model/error.ts';
import type { Files } from '../../model/system.ts';
import { revisionError } from './revision-error.ts';
import { chooseFiles, type Wanted } from './wanted.ts';

/**
 * Manifests and lock as they stand in the work tree. It may be that of a stranger's pull request: a link in it leads
 * nowhere, as in a commit, or a text of this machine would be quoted in what is wrong with the manifest.
 */
export async function readWorkTree(wanted: Wanted, root: string, files: Files): Promise<RevisionTexts> {
  const { manifests, missing, lock } = await chooseFiles(wanted, (path) => isFile(path, root, files));
  const textAt = async (path: string): Promise<RevisionText> => ({
    path,
    bytes: await readInput(join(root, path), 'REVISION_UNREADABLE', files),
  });
  return {
    manifests: await Promise.all(manifests.map(textAt)),
    missing,
    lock: lock === null ? null : await textAt(lock),
  };
}

/** Looks at every step of the way. Throws REVISION_UNREADABLE for what no commit would show as a file. */
async function isFile(path: string, root: string, files: Files): Promise<boolean> {
  const names = path.split('/');
  for (let length = 1; length <= names.length; length += 1) {
    const part = names.slice(0, length).join('/');
    const kind = await kindAt(join(root, part), files);
    if (kind === null) return false;
    const isLast = length === names.length;
    if (kind === 'link') throw unreadable(part, 'is a link, which is not followed', 'commit the file itself');
    if (isLast && kind === 'file') return true;
    if (isLast && kind === 'folder') throw unreadable(part, 'is a folder', 'name the file inside it');
    if (isLast) throw unreadable(part, 'is not a regular file', 'name a regular file');
    if (kind !== 'folder') return false;
    if ((await kindAt(join(root, part, '.git'), files)) !== null)
      throw unreadable(part, 'is a submodule, which is not followed', 'go into it and compare there');
  }
  return false;
}

async function kindAt(path: string, files: Files): Promise<'file' | 'folder' | 'link' | 'other' | null> {
  try {
    return (await files.stat(path)).kind;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (isErrno(error, 'EACCES', 'EPERM')) throw unreadable(path, 'may not be read', 'check its permissions');
    throw error;
  }
}

function unreadable(path: string, what: string, hint: string): Error {
  return revisionError('REVISION_UNREADABLE', `"${path}" ${what}`, hint);
}
