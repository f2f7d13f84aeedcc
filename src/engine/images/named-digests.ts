import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { digestsIn, digestsInBooks } from '../../state/digests-in-books.ts';
import { findManifest } from '../find-manifest.ts';
import { lockPathOf } from '../load.ts';

/**
 * All digests that somebody may still need: in the books and generations of every stack, and in the locks of those
 * whose manifest is where it was, and of the one here. Refuses while some books cannot be read.
 */
export async function namedDigests(cwd: string, ctx: Context): Promise<ReadonlySet<string>> {
  const { digests, manifests } = await digestsInBooks(ctx).catch((error: unknown) => {
    if (error instanceof McpformError) throw refused(error);
    throw error;
  });
  const here = await findManifest([], cwd, ctx.system.files).catch((error: unknown) => {
    if (error instanceof McpformError) return [];
    throw error;
  });
  const locks = [...new Set([...manifests, ...here])].map(lockPathOf);
  const texts = await Promise.all(locks.map((path) => readLock(path, ctx)));
  return new Set([...digests, ...texts.flatMap(digestsIn)]);
}

function refused({ code, message, hint }: McpformError): McpformError {
  return new McpformError(code, `nobody knows what is still needed: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A stack that moved away has its books to speak for it. */
async function readLock(path: string, { system }: Context): Promise<string> {
  try {
    return (await system.files.read(path)).toString();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return '';
    throw error;
  }
}
