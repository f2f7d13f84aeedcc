import { describe, expect, it } from 'vitest';
import { readZip } from '../../../src/resolve/mcpb/client.ts';
import { unpack } from '../../../src/resolve/mcpb/unpack.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { type ZipFile, zipOf } from '../../support/zip.ts';

const limits = { maxFileBytes: 4 * 2 ** 20, maxTotalBytes: 6 * 2 ** 20, maxRatio: 100 };

const unpacked = async (files: readonly ZipFile[], platform: NodeJS.Platform = 'linux') => {
  const system = memorySystem({ tree: { '/store/': '', '/etc/passwd': 'root' } });
  const failure = await readZip(zipOf(files))
    .then((entries) => unpack(entries, '/store', { system, platform }, limits))
    .then(
      () => null,
      (error: unknown) => error,
    );
  return { system, failure };
};

describe('a zip file', () => {
  it('becomes plain files and folders, executable ones among them', async () => {
    const { system, failure } = await unpacked([
      { path: 'empty/' },
      { path: 'a/b.txt', data: 'hello', isDeflated: true },
      { path: 'a/run', data: '#!', mode: 0o100755 },
      { path: 'a/setuid', data: '', mode: 0o104777 },
      { path: 'ünï.txt', data: 'stored' },
    ]);
    expect(failure).toBeNull();
    expect((await system.files.read('/store/a/b.txt')).toString()).toBe('hello');
    expect((await system.files.stat('/store/empty')).kind).toBe('folder');
    expect((await system.files.stat('/store/a/b.txt')).mode).toBe(0o644);
    expect((await system.files.stat('/store/a/run')).mode).toBe(0o755);
    expect((await system.files.stat('/store/a/setuid')).mode).toBe(0o755);
    expect((await system.files.read('/store/ünï.txt')).toString()).toBe('stored');
  });

  const attacks: Record<string, readonly ZipFile[]> = {
    'a path that climbs out': [{ path: '../etc/passwd', data: 'x' }],
    'a path that climbs out from inside': [{ path: 'a/../../etc/passwd', data: 'x' }],
    'an absolute path': [{ path: '/etc/passwd', data: 'x' }],
    'a drive': [{ path: 'C:/x', data: 'x' }],
    'a backslash': [{ path: '..\\etc\\passwd', data: 'x' }],
    'an empty segment': [{ path: 'a//b', data: 'x' }],
    'a dot': [{ path: './a', data: 'x' }],
    'a control character': [{ path: 'a\nb', data: 'x' }],
    'a NUL': [{ path: 'a\0.txt', data: 'x' }],
    'a link': [{ path: 'link', data: '/etc', mode: 0o120777 }],
    'a link and a file through it': [
      { path: 'link', data: '/etc', mode: 0o120777 },
      { path: 'link/passwd', data: 'x' },
    ],
    'a device': [{ path: 'null', mode: 0o020666 }],
    'a pipe': [{ path: 'pipe', mode: 0o010666 }],
    'the same name twice': [
      { path: 'a', data: '1' },
      { path: 'a', data: '2' },
    ],
    'names that differ in case': [
      { path: 'Index.js', data: '1' },
      { path: 'index.JS', data: '2' },
    ],
    'names that differ in how an accent is written': [
      { path: 'caf\u00e9', data: '1' },
      { path: 'cafe\u0301', data: '2' },
    ],
    'a file that is a folder too': [
      { path: 'a', data: '1' },
      { path: 'a/b', data: '2' },
    ],
    'a folder that is a file too': [
      { path: 'a/b', data: '2' },
      { path: 'A', data: '1' },
    ],
    'an encrypted file': [{ path: 'a', data: '1', isEncrypted: true }],
    'a file that is too large': [{ path: 'a', data: Buffer.alloc(4 * 2 ** 20 + 1, 'ab12') }],
    'files that are too large together': ['a', 'b'].map((path) => ({
      path,
      data: Buffer.alloc(3.5 * 2 ** 20),
    })),
    'a bomb': [{ path: 'a', data: Buffer.alloc(3 * 2 ** 20), isDeflated: true }],
    'a file that is larger than it says': [
      { path: 'a', data: 'x'.repeat(5000), claimedSize: 10, isDeflated: true },
    ],
    'a file that is smaller than it says': [{ path: 'a', data: 'x', claimedSize: 5000, isDeflated: true }],
  };

  it.each(Object.keys(attacks))('with %s is refused, and nothing is written outside', async (name) => {
    const files = attacks[name] as readonly ZipFile[];
    // What comes before the attack is written only when the bytes themselves lie.
    const { system, failure } = await unpacked([{ path: 'before.txt', data: 'x' }, ...files]);
    expect(failure).toMatchObject({ code: 'RESOLVE_UNSAFE' });
    const written = await system.files.list('/store');
    expect(written).toEqual(name.includes('than it says') ? ['before.txt'] : []);
    expect((await system.files.read('/etc/passwd')).toString()).toBe('root');
  });

  it.each(['aux', 'AUX.js', 'a/con.txt', 'a.', 'a ', 'ab:c', 'a?'])(
    'with %j is refused where that is something else',
    async (path) => {
      expect((await unpacked([{ path, data: 'x' }], 'win32')).failure).toMatchObject({
        code: 'RESOLVE_UNSAFE',
      });
      expect((await unpacked([{ path, data: 'x' }], 'linux')).failure).toBeNull();
    },
  );

  it.each([
    Buffer.from('not a zip file'),
    Buffer.alloc(0),
    zipOf([{ path: 'a', data: 'x' }]).subarray(0, 60),
  ])('that is none is refused', async (bytes) => {
    await expect(readZip(bytes)).rejects.toMatchObject({ code: 'RESOLVE_UNSAFE' });
  });
});
