import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isErrno } from '../model/error.ts';
import type { Files } from '../model/system.ts';

/** What we know of the repository around a folder, read from its files: git itself is never started. */
export interface GitFacts {
  /** Work tree root, absolute. */
  readonly root: string;
  /** Root of the main work tree: the same, unless this is a linked one. */
  readonly mainRoot: string;
  /** `origin` without credentials, or null. */
  readonly remote: string | null;
  /** Commit that HEAD names, or null (no commit yet, or a ref store we do not read). */
  readonly revision: string | null;
}

/** Null when no folder from here upwards is a git work tree. */
export async function readGitFacts(folder: string, files: Files): Promise<GitFacts | null> {
  const root = await findWorkTree(folder, files);
  if (root === null) return null;
  const gitFolder = await resolveGitFolder(root, files);
  const common = await resolveCommonFolder(gitFolder, files);
  const mainRoot = common === gitFolder || !common.endsWith('/.git') ? root : dirname(common);
  return {
    root,
    mainRoot,
    remote: await readRemote(common, files),
    revision: await readRevision(gitFolder, common, files),
  };
}

async function findWorkTree(start: string, files: Files): Promise<string | null> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'), files)) return folder;
    if (dirname(folder) === folder) return null;
  }
}

async function exists(path: string, files: Files): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw error;
  }
}

/** The `.git` folder of a work tree, wherever it is. */
export async function resolveGitFolder(root: string, files: Files): Promise<string> {
  const path = join(root, '.git');
  if ((await files.stat(path)).kind === 'folder') return path;
  const pointer = /^gitdir: (.+)$/m.exec((await readText(path, files)) ?? '')?.[1]?.trim();
  return pointer === undefined ? path : resolve(root, pointer);
}

/** Where objects and refs are: another one than the `.git` folder of a linked work tree. */
export async function resolveCommonFolder(gitFolder: string, files: Files): Promise<string> {
  const text = (await readText(join(gitFolder, 'commondir'), files))?.trim();
  if (text === undefined || text === '') return gitFolder;
  return isAbsolute(text) ? text : resolve(gitFolder, text);
}

async function readRemote(common: string, files: Files): Promise<string | null> {
  const config = await readText(join(common, 'config'), files);
  const section = config?.split(/^\s*\[/m).find((part) => /^remote\s+"origin"\s*\]/.test(part));
  const url = section === undefined ? undefined : /^\s*url\s*=\s*(.+?)\s*$/m.exec(section)?.[1];
  return url === undefined ? null : normalizeRemote(url.replace(/^"(.*)"$/, '$1'));
}

/** One spelling per repository: no credentials, no `.git`, no trailing slash, `git@host:path` as ssh. */
export function normalizeRemote(url: string): string {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(url);
  const plain =
    scp && !url.includes('://') ? `${scp[1]}/${scp[2]}` : url.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/i, '');
  const [host = '', ...path] = plain.split('/');
  return [host.toLowerCase(), ...path]
    .join('/')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}

async function readRevision(gitFolder: string, common: string, files: Files): Promise<string | null> {
  const head = (await readText(join(gitFolder, 'HEAD'), files))?.trim() ?? '';
  if (isCommit(head)) return head;
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  if (ref === undefined || ref.includes('..')) return null;
  const loose = (await readText(join(common, ref), files))?.trim() ?? '';
  if (isCommit(loose)) return loose;
  const packed = (await readText(join(common, 'packed-refs'), files)) ?? '';
  const line = packed.split('\n').find((entry) => entry.endsWith(` ${ref}`));
  const commit = line?.split(' ')[0] ?? '';
  return isCommit(commit) ? commit : null;
}

function isCommit(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

async function readText(path: string, files: Files): Promise<string | null> {
  try {
    return (await files.read(path)).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES')) return null;
    throw error;
  }
}
