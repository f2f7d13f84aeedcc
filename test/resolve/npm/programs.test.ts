import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.ts';
import type { Installed } from '../../../src/model/launch.ts';
import { findPrograms } from '../../../src/resolve/npm/programs.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext } from './world.ts';

let home: Home;

beforeEach(async () => {
  home = await throwawayHome();
});

afterEach(() => home.remove());

const node = '#!/usr/bin/env node\n';

async function programsOf(
  manifest: { readonly [key: string]: Json },
  files: Readonly<Record<string, string>>,
  name = '@acme/files',
): Promise<Installed> {
  const all = { ...files, 'package.json': JSON.stringify({ name, version: '1.0.0', ...manifest }) };
  for (const [file, text] of Object.entries(all)) {
    const path = join(home.folder, 'node_modules', name, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return await findPrograms({ name, folder: home.folder }, await npmContext(home, []));
}

const at = (file: string): string => `node_modules/@acme/files/${file}`;

describe('programs of a package', () => {
  it.each<[string, Json, Record<string, string>, Installed]>([
    ['none', null, {}, { programs: {}, main: null }],
    [
      'one without a name',
      './cli.js',
      { 'cli.js': '' },
      { programs: { files: { kind: 'node', file: at('cli.js') } }, main: 'files' },
    ],
    [
      'one with another name',
      { serve: 'cli.mjs' },
      { 'cli.mjs': '' },
      { programs: { serve: { kind: 'node', file: at('cli.mjs') } }, main: 'serve' },
    ],
    [
      'two names of one file',
      { a: 'cli.js', b: './cli.js' },
      { 'cli.js': node },
      {
        programs: { a: { kind: 'node', file: at('cli.js') }, b: { kind: 'node', file: at('cli.js') } },
        main: 'a',
      },
    ],
    [
      'several, one of them named like the package',
      { admin: 'admin.js', files: 'cli.js' },
      { 'cli.js': node, 'admin.js': node },
      {
        programs: {
          admin: { kind: 'node', file: at('admin.js') },
          files: { kind: 'node', file: at('cli.js') },
        },
        main: 'files',
      },
    ],
    [
      'several, none of them named so',
      { a: 'a.js', b: 'b.js' },
      { 'a.js': '', 'b.js': '' },
      {
        programs: { a: { kind: 'node', file: at('a.js') }, b: { kind: 'node', file: at('b.js') } },
        main: null,
      },
    ],
    [
      'names with a scope and files that are not there or not inside',
      { '@acme/serve': 'cli.js', gone: 'gone.js', out: '../../../../etc/passwd', up: '..' },
      { 'cli.js': '' },
      { programs: { serve: { kind: 'node', file: at('cli.js') } }, main: 'serve' },
    ],
    [
      'an absolute path, which is one of the package',
      '/bin/cli',
      { 'bin/cli': node },
      { programs: { files: { kind: 'node', file: at('bin/cli') } }, main: 'files' },
    ],
  ])('%s', async (_, bin, files, expected) => {
    expect(await programsOf(bin === null ? {} : { bin }, files)).toEqual(expected);
  });

  it.each([
    ['cli', '#!/usr/bin/env -S node --no-warnings\r\n', 'node'],
    ['cli', '#!/usr/local/bin/node\n', 'node'],
    ['cli', '#!/usr/bin/env NODE_ENV=production node\n', 'node'],
    ['cli.js', '#!/usr/bin/env bun\n', 'file'],
    ['cli.sh', '#!/bin/sh\n', 'file'],
    ['cli', '\u007fELF', 'file'],
    ['cli.cjs', 'exports.a = 1;', 'node'],
  ])('"%s" that starts with "%s" is of kind %s', async (file, text, kind) => {
    const { programs } = await programsOf({ bin: file }, { [file]: text });
    expect(programs['files']).toMatchObject({ kind, file: at(file) });
  });

  it('that are not scripts can be executed', async () => {
    const path = join(home.folder, at('cli'));
    await programsOf({}, { cli: 'x' });
    await chmod(path, 0o600);
    await programsOf({ bin: 'cli' }, {});
    expect((await stat(path)).mode & 0o111).toBe(0o111);
  });

  it('may be all files of a folder', async () => {
    const { programs } = await programsOf(
      { directories: { bin: './bin' } },
      { 'bin/a': node, 'bin/b.js': '', 'bin/.hidden': node },
    );
    expect(Object.keys(programs).sort()).toEqual(['a', 'b.js']);
  });

  it.each(['[]', 'null', '{'])('of which the description is %s is a failure', async (text) => {
    await programsOf({}, {});
    await writeFile(join(home.folder, at('package.json')), text);
    const found = findPrograms({ name: '@acme/files', folder: home.folder }, await npmContext(home, []));
    await expect(found).rejects.toMatchObject({ code: 'RESOLVE_INSTALL' });
  });
});
