import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partInert } from '../../src/launch/inert-files.ts';
import { decodeStamps, encodeStamps } from '../../src/launch/stamps.ts';
import { STAMP_LENGTH, stampPaths } from '../../src/system/launch/fast-stat.ts';
import { libcNamedIn } from '../../src/system/launch/libc.ts';
import { stampTree } from '../../src/system/launch/stamp-tree.ts';
import { pathsBelow } from '../../src/system/launch/store-disk.ts';

const tree = resolve(import.meta.dirname, '../../src');
const content = `sha256:${'a'.repeat(64)}`;

describe('stamps', () => {
  it('are what lstat says, of every path, in this release of Node', () => {
    const paths = pathsBelow(tree);
    const stamps = stampTree(tree, paths) as Float64Array;
    for (const [at, path] of paths.entries()) {
      const { ino, size, mtimeNs, ctimeNs } = lstatSync(`${tree}/${path}`, { bigint: true });
      const second = 1_000_000_000n;
      const expected = [ino, size, mtimeNs / second, mtimeNs % second, ctimeNs / second, ctimeNs % second];
      expect([...stamps.subarray(at * STAMP_LENGTH, (at + 1) * STAMP_LENGTH)]).toEqual(expected.map(Number));
    }
    expect(paths).toHaveLength(new Set(paths).size);
  });

  it('of a path that is not there are none', () => {
    expect(stampTree(tree, ['model', 'no-such-folder'])).toBeNull();
    expect(stampTree(tree, ['model/error.ts/x'])).toBeNull();
  });

  it('are the same in Node’s documented way, which is taken where the other is not allowed', () => {
    const { binding } = process as unknown as { binding: unknown };
    const paths = pathsBelow(tree);
    const look = (): Float64Array => {
      const stamps = new Float64Array(paths.length * STAMP_LENGTH);
      expect(stampPaths(tree)(paths, `${tree}/`, stamps)).toBe(true);
      return stamps;
    };
    const fast = look();
    Object.assign(process, { binding: undefined });
    try {
      expect(look()).toEqual(fast);
      expect(stampPaths(tree)(['no-such-file'], `${tree}/`, new Float64Array(STAMP_LENGTH))).toBe(false);
    } finally {
      Object.assign(process, { binding });
    }
  });

  it('read as they were written, at whatever place in memory', () => {
    const stamps = Float64Array.from({ length: 2 * STAMP_LENGTH }, (_, at) => at / 3);
    const inert = { paths: ['ü/b.map'], stamps: Float64Array.from({ length: STAMP_LENGTH }, () => Math.PI) };
    const bytes = encodeStamps({ content, paths: ['.', 'a/ö.js'], stamps, inert });
    for (const shift of [0, 1, 7]) {
      const memory = Buffer.alloc(bytes.length + shift);
      memory.set(bytes, shift);
      const read = decodeStamps(memory.subarray(shift));
      expect(read).toMatchObject({ content, paths: ['.', 'a/ö.js'], stamps });
      expect(read?.inert.paths).toEqual(inert.paths);
      expect(read?.inert.stamps).toEqual(inert.stamps);
    }
  });

  it('that were cut off, or are none, are nothing', () => {
    const none = { paths: [], stamps: new Float64Array(0) };
    const stamps = Float64Array.from({ length: STAMP_LENGTH }, () => 1);
    const bytes = Buffer.from(encodeStamps({ content, paths: ['.'], stamps, inert: none }));
    expect(decodeStamps(bytes)).not.toBeNull();
    for (const length of [0, 10, 127, 128, 150, bytes.length - 1]) {
      expect(decodeStamps(bytes.subarray(0, length)), String(length)).toBeNull();
    }
    expect(decodeStamps(Buffer.alloc(1000))).toBeNull();
    expect(decodeStamps(Buffer.from(bytes.toString('latin1').replace(' 1 ', ' 2 '), 'latin1'))).toBeNull();
  });
});

describe('inert files', () => {
  const programs = { a: { kind: 'node', file: 'node_modules/@acme/server/dist/main.js' } } as const;
  const inertIn = (...paths: string[]) => partInert(paths, programs).inert;

  it('are TypeScript and source maps of dependencies', () => {
    const inert = [
      'node_modules/dep/index.d.ts',
      'node_modules/dep/index.d.cts',
      'node_modules/dep/index.js.map',
      'node_modules/dep/src/index.ts',
      'node_modules/@acme/server/node_modules/dep/index.d.mts',
    ];
    expect(inertIn(...inert, 'node_modules/dep/index.js', '.')).toEqual(inert);
  });

  it.each([
    'node_modules/@acme/server/dist/main.d.ts',
    'node_modules/@acme/server/dist/main.js.map',
    'index.d.ts',
    'src/main.ts',
    'node_modules/dep/x.tsx',
    'node_modules/dep/map',
    'node_modules/dep/readme.md',
    'node_modules/dep/package.json',
    'node_modules/dep/x.node',
    'server/lib/x.d.ts',
  ])('are not %s', (path) => expect(inertIn(path)).toEqual([]));

  it.each(['typescript', 'ts-morph', 'source-map-support', '@jridgewell/trace-mapping', 'esbuild', 'tsx'])(
    'are none in a tree with %s in it, which reads such files',
    (reader) => {
      expect(inertIn('node_modules/dep/index.d.ts', `node_modules/x/node_modules/${reader}`)).toEqual([]);
    },
  );
});

it.each([
  ['\0/lib64/ld-linux-x86-64.so.2\0', 'glibc'],
  ['\0/lib/ld-linux-aarch64.so.1\0', 'glibc'],
  ['\0/lib/ld-musl-x86_64.so.1\0', 'musl'],
  ['\0/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2\0', 'glibc'],
  ['\x7fELF static', null],
])('knows the C library that %j names', (head, expected) => {
  expect(libcNamedIn(Buffer.from(head, 'latin1'))).toBe(expected);
});
