import { describe, expect, it } from 'vitest';
import { memoryFolders } from '../../../src/engine/secrets/memory-folders.ts';
import { type MemoryOptions, memorySystem } from '../../../src/system/memory.ts';
import { contextOn } from '../../state/machine.ts';

const RUNTIME = '/run/user/1000/mcpform/secrets';
const SHARED = '/dev/shm/mcpform-1000/secrets';
const mounts = (...more: readonly string[]): string => ['/dev/sda1 / ext4 rw 0 0', ...more, ''].join('\n');
const USER = 'tmpfs /run/user/1000 tmpfs rw,nosuid 0 0';
const SHM = 'tmpfs /dev/shm tmpfs rw 0 0';

interface Machine {
  readonly tree?: MemoryOptions['tree'];
  readonly mode?: number;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

async function foldersOn(proc: string | null, machine: Machine = {}): Promise<readonly string[]> {
  const {
    tree = { '/run/user/1000/': '' },
    mode = 0o700,
    uid = 1000,
    env = {},
    platform = 'linux',
  } = machine;
  const system = memorySystem({
    tree: { ...tree, ...(proc === null ? {} : { '/proc/mounts': proc }) },
    identity: { uid: 1000 },
  });
  for (const path of Object.keys(tree)) if (path.endsWith('/')) await system.files.changeMode(path, mode);
  const { ctx } = contextOn(memorySystem({ disk: system.disk, identity: { uid } }));
  return await memoryFolders({ ...ctx, env, platform });
}

describe('where secrets of containers may be', () => {
  it('is the runtime folder of the user first, and what all share after it', async () => {
    expect(await foldersOn(mounts(USER, SHM))).toEqual([RUNTIME, SHARED]);
    expect(await foldersOn(mounts(SHM.replaceAll('tmpfs', 'ramfs')))).toEqual([SHARED]);
  });

  it('is where XDG_RUNTIME_DIR says, whatever is in its name', async () => {
    const env = { XDG_RUNTIME_DIR: '/mnt/my run' };
    const proc = mounts('tmpfs /mnt/my\\040run tmpfs rw 0 0');
    expect(await foldersOn(proc, { env, tree: { '/mnt/my run/': '' } })).toEqual([
      '/mnt/my run/mcpform/secrets',
    ]);
  });

  it.each<[string, string | null, Machine]>([
    ['on a disk', mounts(), {}],
    ['on a disk that covers the memory', mounts(USER, '/dev/sdb /run/user/1000 ext4 rw 0 0'), {}],
    ['below the memory on a disk', mounts('tmpfs /run tmpfs rw 0 0', '/dev/sdb /run/user ext4 rw 0 0'), {}],
    ['others may look into', mounts(USER), { mode: 0o755 }],
    ["somebody else's", mounts(USER), { env: { XDG_RUNTIME_DIR: '/run/user/1000' }, uid: 1001 }],
    ['not there', mounts(USER), { tree: {} }],
    ['behind a link', mounts(USER), { tree: { '/real/': '', '/run/user/1000': { link: '/real' } }, env: {} }],
    ['where nobody knows what is mounted', null, {}],
    ['on macOS', mounts(USER, SHM), { platform: 'darwin' }],
  ])('is nothing that is %s', async (_, proc, machine) => {
    expect(await foldersOn(proc, machine)).toEqual([]);
  });
});
