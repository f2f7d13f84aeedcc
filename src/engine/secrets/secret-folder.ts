import { basename, dirname, join, relative, sep } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { canonicalJson } from '../../model/json.ts';
import type { SecretValue } from '../../model/secret.ts';

/** Secrets of one container as files, in memory of this machine. */
export interface SecretFolder {
  /** `ROOT/BOOKS/OBJECT/DIGEST`. */
  readonly path: string;
  /** By name. */
  readonly files: ReadonlyMap<string, SecretValue>;
}

/** Whose folders: those of the books of one stack on this machine. Below `root`. */
export function booksFolder(root: string, lineage: string, ctx: Pick<Context, 'digest'>): string {
  return join(root, hex(ctx.digest(`secret folders\n${lineage}`)).slice(0, 16));
}

/**
 * The folder with these secrets of an object. Its name is a keyed digest of them all, so other values are another
 * folder: the container before keeps its own as long as it may be needed.
 */
export function secretFolder(
  books: string,
  { object, files }: { readonly object: string; readonly files: SecretFolder['files'] },
  { digest }: Pick<Context, 'digest'>,
): SecretFolder {
  const content = [...files].map(([name, value]) => [name, value.reveal()]).sort();
  const name = hex(digest(`secret folder\n${object}\n${canonicalJson(content)}`)).slice(0, 32);
  return { path: join(books, object, name), files };
}

function hex(digest: string): string {
  return Buffer.from(digest, 'base64url').toString('hex');
}

/**
 * Makes it, whole or not at all, unless it is there. Whatever user a container's program is may read the folder and its
 * files; nobody else on this machine gets to it, because the folders around it are ours alone.
 *
 * SECRET_UNSAFE when one of those is not; SECRET_FOLDER_FAILED when there is no room, or no right.
 */
export async function makeSecretFolder(
  { path, files }: SecretFolder,
  root: string,
  ctx: Pick<Context, 'system'>,
): Promise<void> {
  try {
    await makePrivate(dirname(path), dirname(root), ctx);
    if (await isThere(path, ctx)) return await repair({ path, files }, ctx);
    await build({ path, files }, ctx);
  } catch (error) {
    if (!isErrno(error, ...REFUSALS)) throw error;
    throw new McpformError(
      'SECRET_FOLDER_FAILED',
      `the folder of secrets "${path}" cannot be made (${error.code})`,
      {
        hint: 'make room in memory, or give yourself the right to write there',
        cause: error,
      },
    );
  }
}

const REFUSALS = [
  'ENOSPC',
  'EDQUOT',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'EIO',
  'ELOOP',
];

/** From our own folder `outermost` on, all are ours alone. From the outside in, so that no link is ever followed. */
async function makePrivate(
  folder: string,
  outermost: string,
  { system }: Pick<Context, 'system'>,
): Promise<void> {
  const { files, processes } = system;
  const { uid } = await processes.identity();
  const inner = relative(outermost, folder).split(sep);
  for (const [index] of ['', ...inner].entries()) {
    const at = join(outermost, ...inner.slice(0, index));
    await files.makeFolder(at, 0o700);
    const { kind, uid: owner, mode } = await files.stat(at);
    if (kind !== 'folder' || owner !== uid || (mode & 0o077) !== 0) {
      throw new McpformError('SECRET_UNSAFE', `"${at}", where secrets of containers go, is not ours alone`, {
        hint: 'find out who made it, and remove it',
      });
    }
  }
}

async function build({ path, files }: SecretFolder, ctx: Pick<Context, 'system'>): Promise<void> {
  const disk = ctx.system.files;
  const draft = join(dirname(path), `.${basename(path)}.tmp`);
  await removeSecretFolder(draft, ctx);
  await disk.makeFolder(draft, 0o700);
  for (const [name, value] of files) await write(join(draft, name), value, ctx);
  // Whatever the umask.
  await disk.changeMode(draft, 0o755);
  await disk.rename(draft, path);
}

async function write(path: string, value: SecretValue, { system }: Pick<Context, 'system'>): Promise<void> {
  await system.files.create(path, value.reveal(), { mode: 0o400, sync: false });
  await system.files.changeMode(path, 0o444);
}

/** In its place: a container that runs has this very folder. */
async function repair({ path, files }: SecretFolder, ctx: Pick<Context, 'system'>): Promise<void> {
  const disk = ctx.system.files;
  for (const [name, value] of files) {
    const file = join(path, name);
    const text = (await isThere(file, ctx)) ? (await disk.read(file)).toString('utf8') : null;
    if (text === value.reveal()) continue;
    const draft = `${file}.tmp`;
    if (await isThere(draft, ctx)) await disk.remove(draft);
    await write(draft, value, ctx);
    await disk.rename(draft, file);
  }
}

/** Removes a folder with its files; nothing when it is not there. */
export async function removeSecretFolder(path: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const { files } = ctx.system;
  if (!(await isThere(path, ctx))) return;
  for (const name of await files.list(path)) await files.remove(join(path, name));
  await files.removeFolder(path);
}

export async function isThere(path: string, { system }: Pick<Context, 'system'>): Promise<boolean> {
  try {
    await system.files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
