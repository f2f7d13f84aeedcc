import { chmod, mkdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../src/secrets/find-program.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const inPath = (...folders: readonly string[]) => home.context({ env: { PATH: folders.join(delimiter) } });

describe('a program of the PATH', () => {
  it('is the first that can be run, past folders, files without the bit and links to nowhere', async () => {
    const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map((name) => join(home.folder, name));
    await mkdir(join(first!, 'op'), { recursive: true });
    await chmod(await home.file('b/op', '#!/bin/sh\n'), 0o644);
    await mkdir(third!);
    await symlink(join(home.folder, 'nowhere'), join(third!, 'op'));
    const wanted = await home.file('d/op', '#!/bin/sh\n', 0o755);
    expect(await findProgram('op', inPath(first!, second!, third!, '/nowhere', fourth!))).toBe(wanted);
    await chmod(join(second!, 'op'), 0o755);
    expect(await findProgram('op', inPath(first!, second!, third!, fourth!))).toBe(join(second!, 'op'));
  });

  it('is found through a link to it', async () => {
    const real = await home.program('op-2.30', 'true');
    await symlink(real, join(home.programs, 'op'));
    expect(await findProgram('op', home.context())).toBe(join(home.programs, 'op'));
  });

  it('is never one of a relative folder, nor of the current one', async () => {
    const before = process.cwd();
    await home.file('work/bin/op', '#!/bin/sh\n', 0o755);
    await home.file('work/op', '#!/bin/sh\n', 0o755);
    process.chdir(join(home.folder, 'work'));
    try {
      expect(await findProgram('op', inPath('', '.', 'bin', './bin', '../work'))).toBeNull();
      expect(await findProgram('./op', inPath('/usr/bin'))).toBeNull();
      expect(await findProgram('bin/op', inPath('/usr/bin'))).toBeNull();
    } finally {
      process.chdir(before);
    }
  });

  it('is by its absolute path only what can be run', async () => {
    const plain = await home.file('plain', 'x', 0o644);
    const program = await home.program('op', 'true');
    expect(await findProgram(program, inPath())).toBe(program);
    expect(await findProgram(plain, inPath())).toBeNull();
    expect(await findProgram(home.folder, inPath())).toBeNull();
    expect(await findProgram(join(plain, 'op'), inPath())).toBeNull();
  });

  it.each(['', '.', '..', 'op\\x', '../op'])('is not "%s"', async (name) => {
    expect(await findProgram(name, home.context())).toBeNull();
  });

  it('is nowhere without a PATH', async () => {
    const { PATH: _, ...env } = home.context().env;
    expect(await findProgram('sh', { ...home.context(), env })).toBeNull();
  });

  it('has one of the endings of Windows there, whatever bits its file has', async () => {
    const system = memorySystem({
      tree: { '/tools/op': 'a script', '/tools/op.CMD': 'x', '/tools/lpass.exe': 'x' },
    });
    const context = { ...home.context(), system, platform: 'win32' as const };
    const of = (name: string, env: Record<string, string>): Promise<string | null> =>
      findProgram(name, { ...context, env: { PATH: '/tools', ...env } });
    expect(await of('op', { PATHEXT: '.EXE;.CMD;' })).toBe('/tools/op.CMD');
    expect(await of('op', { PATHEXT: '.EXE;' })).toBeNull();
    expect(await of('lpass.exe', {})).toBe('/tools/lpass.exe');
  });
});
