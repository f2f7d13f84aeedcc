import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { statOrNull } from './write-target.ts';

const KEPT = 10;
/** Configs grow to 100 MB: old copies go earlier then. The newest always stays. */
const KEPT_BYTES = 256 * 1024 * 1024;

export interface Backup {
  readonly path: string;
  readonly bytes: Buffer;
}

interface Copied {
  readonly file: string;
  readonly bytes: Buffer;
}

/**
 * Keeps a copy of a config as it was before we wrote it: `<time>-<hash of its path>-<random>.json`, readable by its
 * owner only. Bounded per config. Without a copy nothing is written: throws `CLIENT_BACKUP_FAILED`.
 */
async function backUp(file: string, bytes: Buffer, ctx: Context): Promise<Backup> {
  const folder = join(ctx.folders.state, 'claude-code.backups');
  try {
    return { bytes, path: await writeBackup(folder, { file, bytes }, ctx) };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const message = `no backup of "${file}" could be made (${String(error.code)})`;
    const hint = `nothing was written; make room in, or repair, "${folder}"`;
    throw new McpformError('CLIENT_BACKUP_FAILED', message, { hint, cause: error });
  }
}

/** The backup of the same write after the file changed once more: takes the place of the earlier one. */
export async function renewBackup(
  earlier: Backup | null,
  { file, bytes }: Copied,
  ctx: Context,
): Promise<Backup> {
  if (earlier?.bytes.equals(bytes)) return earlier;
  const backup = await backUp(file, bytes, ctx);
  if (earlier !== null) await removeIfThere(earlier.path, ctx);
  return backup;
}

async function writeBackup(folder: string, { file, bytes }: Copied, ctx: Context): Promise<string> {
  const { files, clock } = ctx.system;
  await files.makeFolder(folder, 0o700);
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '');
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 12);
  const name = `${time}-${hash}-${randomBytes(3).toString('hex')}.json`;
  const path = join(folder, name);
  await files.create(path, bytes, { mode: 0o600, sync: true });
  await prune(folder, hash, ctx);
  return path;
}

async function prune(folder: string, hash: string, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const names = (await files.list(folder))
    .filter((name) => name.split('-')[1] === hash)
    .sort()
    .reverse();
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const path = join(folder, name);
    bytes += (await statOrNull(path, files))?.size ?? 0;
    if (index > 0 && (index >= KEPT || bytes > KEPT_BYTES)) await removeIfThere(path, ctx);
  }
}

/** Another run prunes the same folder. */
async function removeIfThere(path: string, ctx: Context): Promise<void> {
  try {
    await ctx.system.files.remove(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
