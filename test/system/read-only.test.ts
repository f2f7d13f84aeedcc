import { describe, expect, it } from 'vitest';
import type { Files, HttpRequest } from '../../src/model/system.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { readOnly } from '../../src/system/read-only.ts';

const once = { mode: 0o600, sync: true };
const machine = () => memorySystem({ tree: { '/w/file': 'x', '/cache/file': 'y', '/cache-not/': '' } });

describe('a system that only looks', () => {
  it.each<[string, (files: Files) => Promise<unknown>]>([
    ['create', (files) => files.create('/w/new', '', once)],
    ['openAppend', (files) => files.openAppend('/w/file', 0o600)],
    ['rename away', (files) => files.rename('/w/file', '/cache/x')],
    ['rename over', (files) => files.rename('/cache/file', '/w/file')],
    ['link', (files) => files.link('/cache/file', '/w/link')],
    ['remove', (files) => files.remove('/w/file')],
    ['removeFolder', (files) => files.removeFolder('/w')],
    ['makeFolder', (files) => files.makeFolder('/w/folder', 0o700)],
    ['changeMode', (files) => files.changeMode('/w/file', 0o777)],
    ['changeOwner', (files) => files.changeOwner('/w/file', 0, 0)],
    ['createLike', (files) => files.createLike('/w/file', '/w/like')],
    ['fill', (files) => files.fill('/w/file', '', { sync: true })],
    ['a way out through ..', (files) => files.create('/cache/../w/new', '', once)],
    ['a folder of which the name only starts the same', (files) => files.create('/cache-not/x', '', once)],
  ])('refuses %s outside its folders, and touches nothing', async (_name, write) => {
    const system = machine();
    const before = JSON.stringify([
      ...(await system.files.list('/w')),
      (await system.files.read('/w/file')).toString(),
    ]);
    await expect(write(readOnly(system, ['/cache']).files)).rejects.toMatchObject({
      code: 'SYSTEM_READ_ONLY',
    });
    const after = JSON.stringify([
      ...(await system.files.list('/w')),
      (await system.files.read('/w/file')).toString(),
    ]);
    expect(after).toBe(before);
  });

  it('reads everywhere and writes inside its folders', async () => {
    const { files } = readOnly(machine(), ['/cache']);
    expect((await files.read('/w/file')).toString()).toBe('x');
    expect((await files.stat('/w/file')).kind).toBe('file');
    await files.makeFolder('/cache/a/b', 0o700);
    await files.create('/cache/a/b/c', 'z', once);
    const log = await files.openAppend('/cache/log', 0o600);
    await log.append('line');
    expect((await files.read('/cache/log')).toString()).toBe('line');
  });

  describe('on the network', () => {
    const url = 'https://registry.test/v2/x/blobs/uploads/';
    const asked: string[] = [];
    const { network } = readOnly(
      memorySystem({
        network: {
          request: async ({ method }) => {
            asked.push(method);
            return { status: 200, headers: {}, body: (async function* () {})(), discard: async () => {} };
          },
        },
      }),
      [],
    );

    it.each<Pick<HttpRequest, 'method' | 'body'>>([
      { method: 'POST' },
      { method: 'POST', body: Buffer.from('{}') },
      { method: 'POST', body: (async function* () {})() },
      { method: 'PUT', body: Buffer.from('grant_type=refresh_token') },
      { method: 'PATCH' },
      { method: 'DELETE' },
    ])('refuses $method, naming the host alone', async (request) => {
      asked.length = 0;
      const refused = network.request({ ...request, url });
      await expect(refused).rejects.toMatchObject({
        code: 'SYSTEM_READ_ONLY',
        message: `refused to send ${request.method} to "registry.test": this command only looks`,
      });
      expect(asked).toEqual([]);
    });

    it('lets questions through, and the request for a token that has to be a POST', async () => {
      asked.length = 0;
      await network.request({ method: 'HEAD', url });
      await network.request({ method: 'GET', url });
      await network.request({ method: 'POST', url, body: Buffer.from('grant_type=refresh_token') });
      expect(asked).toEqual(['HEAD', 'GET', 'POST']);
    });
  });

  it('lets what keeps secrets be asked in any way where a person said so, and still writes nothing', async () => {
    const asked: string[] = [];
    const system = memorySystem({
      tree: { '/w/file': 'x' },
      network: {
        request: async ({ method }) => {
          asked.push(method);
          return { status: 200, headers: {}, body: (async function* () {})(), discard: async () => {} };
        },
      },
    });
    const { files, network, processes } = readOnly(system, [], { asksOthers: true });
    await network.request({ method: 'POST', url: 'https://vault.test/v1/auth/approle/login' });
    expect(asked).toEqual(['POST']);
    // Nothing is installed in memory: that is what it fails of.
    await expect(processes.start('pass', [], { cwd: '/', env: {} })).rejects.not.toMatchObject({
      code: 'SYSTEM_READ_ONLY',
    });
    await expect(files.create('/w/new', '', once)).rejects.toMatchObject({ code: 'SYSTEM_READ_ONLY' });
    await expect(
      readOnly(system, []).processes.start('pass', [], { cwd: '/', env: {} }),
    ).rejects.toMatchObject({ code: 'SYSTEM_READ_ONLY' });
  });
});
