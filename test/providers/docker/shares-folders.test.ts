import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/providers/docker/endpoint.ts';
import { sharesFolders } from '../../../src/providers/docker/shares-folders.ts';
import { memorySystem } from '../../../src/system/memory.ts';

const SOCKET: Endpoint = { kind: 'unix', path: '/var/run/docker.sock' };
const system = memorySystem({
  tree: { '/proc/sys/kernel/osrelease': '6.8.0-45-generic\n', '/var/lib/docker/': '' },
});
const sees = { kernel: '6.8.0-45-generic', dataFolder: '/var/lib/docker' };

describe('an engine', () => {
  it('finds our folders when it is on our machine and sees what we see', async () => {
    expect(await sharesFolders({ endpoint: SOCKET }, { sees }, { system, platform: 'linux' })).toBe(true);
  });

  it.each<[string, Parameters<typeof sharesFolders>[0], typeof sees | undefined, NodeJS.Platform]>([
    [
      'is reached over the network',
      { endpoint: { kind: 'tcp', host: '127.0.0.1', port: 1, tls: null } },
      sees,
      'linux',
    ],
    ['is in a virtual machine', { endpoint: SOCKET }, { ...sees, kernel: '6.10.14-linuxkit' }, 'linux'],
    [
      'has its data where we have nothing',
      { endpoint: SOCKET },
      { ...sees, dataFolder: '/mnt/data' },
      'linux',
    ],
    ['is on macOS', { endpoint: SOCKET }, sees, 'darwin'],
    ['does not say', { endpoint: SOCKET }, undefined, 'linux'],
  ])('does not find them when it %s', async (_, engine, seen, platform) => {
    const identity = seen === undefined ? {} : { sees: seen };
    expect(await sharesFolders(engine, identity, { system, platform })).toBe(false);
  });
});
