import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { shortHash } from '../../state/folder.ts';

export type ControlContext = Pick<Context, 'system' | 'env' | 'platform'>;

/** macOS has 104 bytes for a socket's path and its end, Linux 108. */
const MAX_PATH_BYTES = 103;

/**
 * Where a loop is asked: a socket in the books' folder. Where that path is too long for one, the socket is in a folder of
 * its own somewhere shorter, and a file in the books says where. Windows has pipes instead, which have no folder.
 */
export type ControlPlace =
  | { readonly kind: 'direct'; readonly path: string }
  | { readonly kind: 'named-by'; readonly file: string };

export function controlPlace(books: string, { platform }: Pick<Context, 'platform'>): ControlPlace {
  if (platform === 'win32') return { kind: 'direct', path: `\\\\.\\pipe\\mcpform-${shortHash(books)}` };
  const path = join(books, 'loop', 'control.sock');
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return { kind: 'direct', path };
  return { kind: 'named-by', file: join(books, 'loop', 'control.path') };
}

/**
 * The path of the socket that is there, or was; null when none is named. LOOP_SOCKET when it is named in a folder where
 * somebody else could listen.
 */
export async function namedSocket(place: ControlPlace, ctx: ControlContext): Promise<string | null> {
  if (place.kind === 'direct') return place.path;
  try {
    const path = (await ctx.system.files.read(place.file)).toString('utf8').trim();
    await assertPrivate(dirname(path), ctx);
    return path;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Makes a folder with a short name that is ours alone, and says in the books that the socket is there. */
export async function nameShortSocket(file: string, ctx: ControlContext): Promise<string> {
  const { files } = ctx.system;
  const name = `mcpform-${randomBytes(8).toString('hex')}`;
  const paths = [ctx.env['XDG_RUNTIME_DIR'], ctx.env['TMPDIR'], '/tmp']
    .flatMap((base) => (base?.startsWith('/') ? [join(base, name, 's')] : []))
    .filter((each) => Buffer.byteLength(each) <= MAX_PATH_BYTES);
  await files.makeFolder(dirname(file), 0o700);
  for (const path of paths) {
    try {
      await files.makeFolder(dirname(path), 0o700);
      await assertPrivate(dirname(path), ctx);
      await files.create(file, `${path}\n`, { mode: 0o600, sync: false });
      return path;
    } catch (error) {
      await files.removeFolder(dirname(path)).catch(() => undefined);
      if (!isErrno(error, 'ENOENT', 'EACCES', 'EROFS', 'EPERM')) throw error;
    }
  }
  throw new McpformError(
    'LOOP_SOCKET',
    `"${dirname(file)}" is too long for a socket, and nothing shorter is`,
    {
      hint: 'set XDG_RUNTIME_DIR to a folder of yours with a short name',
    },
  );
}

/** Takes away what `nameShortSocket` made, as far as it is there. */
export async function forgetShortSocket(
  file: string,
  path: string | null,
  ctx: ControlContext,
): Promise<void> {
  const { files } = ctx.system;
  const steps = [() => files.remove(file)];
  if (path !== null)
    steps.push(
      () => files.remove(path),
      () => files.removeFolder(dirname(path)),
    );
  // A folder in which something else is stays.
  for (const step of steps) await step().catch(() => undefined);
}

async function assertPrivate(folder: string, { system }: ControlContext): Promise<void> {
  const [{ uid }, found] = await Promise.all([system.processes.identity(), system.files.stat(folder)]);
  if (found.kind === 'folder' && found.uid === uid && (found.mode & 0o077) === 0) return;
  throw new McpformError(
    'LOOP_SOCKET',
    `folder "${folder}" is not yours alone, so nobody is listened to there`,
    {
      hint: 'remove it, and start the loop again',
    },
  );
}
