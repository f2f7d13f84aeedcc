import { basename, dirname, join, resolve } from 'node:path';
import { isErrno } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Files } from '../../model/system.ts';

/**
 * The key under `projects` that the client uses when it is started in the folder: the root of the repository with
 * links resolved, for a linked work tree that of the main one, else the folder's own real path. Null when the folder
 * does not exist.
 */
export async function findProjectKey(
  folder: string,
  { files, platform }: { files: Files; platform: NodeJS.Platform },
): Promise<string | null> {
  const real = await realPath(folder, files);
  if (real === null) return null;
  const root = await findGitRoot(real, files);
  const key = root === null ? real : await mainRootOf(root, files);
  return spellKey(key, platform);
}

/** The client writes forward slashes on Windows. */
export function spellKey(path: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

/**
 * The spellings of the key that a config holds already. On Windows the terminal and the editor write the drive
 * letter in different cases, and each reads only its own.
 */
export function existingKeys(
  projects: Json | undefined,
  key: string,
  platform: NodeJS.Platform,
): readonly string[] {
  if (!isJsonObject(projects)) return [];
  if (platform !== 'win32') return Object.hasOwn(projects, key) ? [key] : [];
  const folded = foldKey(key);
  const found = Object.keys(projects as JsonObject).filter((each) => foldKey(each) === folded);
  return found.includes(key) ? [key, ...found.filter((each) => each !== key)] : found;
}

function foldKey(key: string): string {
  return key.replaceAll('\\', '/').toLowerCase();
}

/** The nearest folder upwards that holds anything called `.git`. */
export async function findGitRoot(start: string, files: Files): Promise<string | null> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (await isThere(join(folder, '.git'), files)) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/**
 * The main repository of a linked work tree. Measured on 2.1.328: a work tree is believed only if the main
 * repository points back to it, and of a bare main repository the git folder itself is the key.
 */
async function mainRootOf(root: string, files: Files): Promise<string> {
  const pointer = await readText(join(root, '.git'), files);
  const target = pointer === null ? undefined : /^gitdir:\s*(.+)$/m.exec(pointer)?.[1]?.trim();
  if (target === undefined) return root;
  const gitFolder = resolve(root, target);
  const common = await readText(join(gitFolder, 'commondir'), files);
  const back = await readText(join(gitFolder, 'gitdir'), files);
  if (common === null || back === null) return root;
  const commonFolder = await realPath(resolve(gitFolder, common.trim()), files);
  const pointsTo = await realPath(resolve(gitFolder, back.trim()), files);
  if (commonFolder === null || pointsTo !== join(root, '.git')) return root;
  return basename(commonFolder) === '.git' ? dirname(commonFolder) : commonFolder;
}

async function isThere(path: string, files: Files): Promise<boolean> {
  return (await unlessAbsent(files.stat(path))) !== null;
}

async function readText(path: string, files: Files): Promise<string | null> {
  return (await unlessAbsent(files.read(path)))?.toString('utf8') ?? null;
}

async function realPath(path: string, files: Files): Promise<string | null> {
  return unlessAbsent(files.realPath(path));
}

/** A `.git` that is a folder cannot be read as a file: that is the usual case, not a failure. */
async function unlessAbsent<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'ELOOP')) return null;
    throw error;
  }
}
