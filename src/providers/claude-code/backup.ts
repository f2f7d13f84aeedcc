import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';

const KEPT = 10;
/** Configs grow to 100 MB: old copies go earlier then. The newest always stays. */
const KEPT_BYTES = 256 * 1024 * 1024;

/**
 * Keeps a copy of a config as it was before we wrote it: `<time>-<hash of its path>-<random>.json`, readable by its
 * owner only. Bounded per config.
 */
export async function backUp(file: string, bytes: Uint8Array, ctx: Context): Promise<void> {
  const { files, clock } = ctx.system;
  const folder = join(ctx.folders.state, 'backups', 'claude-code');
  await files.makeFolder(folder, 0o700);
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '');
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 12);
  const name = `${time}-${hash}-${randomBytes(3).toString('hex')}.json`;
  await files.create(join(folder, name), bytes, { mode: 0o600, sync: true });
  await prune(folder, hash, ctx);
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
    try {
      bytes += (await files.stat(path)).size;
      if (index > 0 && (index >= KEPT || bytes > KEPT_BYTES)) await files.remove(path);
    } catch (error) {
      // Another run prunes the same folder.
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
}
