import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';

type World = Pick<Context, 'system' | 'env' | 'platform'>;

const SHARED_MEMORY = '/dev/shm';

/**
 * Where in this machine's memory folders of secrets may be; best first, and none where there is no such memory. They
 * need not be there yet. The runtime folder of a user's session is ours alone; in what all share, ours has our number.
 */
export async function memoryFolders({ system, env, platform }: World): Promise<readonly string[]> {
  if (platform !== 'linux') return [];
  const { uid } = await system.processes.identity();
  const runtime = env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`;
  const mounts = await readMounts({ system });
  const isInMemory = (path: string): boolean => mounts(path) === 'tmpfs' || mounts(path) === 'ramfs';
  return [
    ...(isInMemory(runtime) && (await isOurs(runtime, uid, { system }))
      ? [join(runtime, 'mcpform/secrets')]
      : []),
    ...(isInMemory(SHARED_MEMORY) ? [join(SHARED_MEMORY, `mcpform-${uid}/secrets`)] : []),
  ];
}

/** What kind of file system a path is on; null where nobody knows. */
async function readMounts({ system }: Pick<World, 'system'>): Promise<(path: string) => string | null> {
  const lines = await linesOf('/proc/mounts', { system });
  const mounts = lines.map((line) => {
    const [, target = '', kind = ''] = line.split(' ');
    return { target: unescapeMount(target), kind };
  });
  return (path) => {
    const around = mounts.filter(({ target }) => target === '/' || `${path}/`.startsWith(`${target}/`));
    const longest = Math.max(...around.map(({ target }) => target.length));
    // Of two at one place, the later one covers the other.
    return around.findLast(({ target }) => target.length === longest)?.kind ?? null;
  };
}

async function linesOf(path: string, { system }: Pick<World, 'system'>): Promise<readonly string[]> {
  try {
    return (await system.files.read(path)).toString('utf8').split('\n');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'EPERM')) return [];
    throw error;
  }
}

/** As the kernel writes it: `\040` is a space. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Of ours alone, and reached through no link: `su` may leave the variable of somebody else. */
async function isOurs(path: string, uid: number, { system }: Pick<World, 'system'>): Promise<boolean> {
  try {
    const { kind, mode, uid: owner } = await system.files.stat(path);
    const isPrivate = kind === 'folder' && owner === uid && (mode & 0o077) === 0;
    return isPrivate && (await system.files.realPath(path)) === path;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}
