import { chmod, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MCPFORM } from '../support/mcpform.ts';
import { NODE_RELEASES, nodePath, requireNode } from '../support/node-releases.ts';
import { run } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const version = NODE_RELEASES[0] as string;

describe.runIf(requireNode(version))('compiled code', () => {
  const inHome = async (use: (home: Home, folder: string) => Promise<void>): Promise<void> => {
    const home = await throwawayHome();
    try {
      await use(home, join(home.folder, '.cache/mcpform/compiled'));
    } finally {
      await home.remove();
    }
  };
  const start = ({ env, project, folder }: Home) =>
    // Node's own choice of a folder is below this one.
    run(nodePath(version), [MCPFORM, '--help'], {
      cwd: project,
      env: { ...env, TMPDIR: join(folder, 'tmp') },
    });

  it('is kept in the cache folder of the user, and not where everybody writes', () =>
    inHome(async (home, folder) => {
      await mkdir(join(home.folder, 'tmp'));
      expect((await start(home)).exitCode).toBe(0);
      expect((await lstat(folder)).mode & 0o777).toBe(0o700);
      expect(await readdir(folder)).not.toEqual([]);
      expect(await readdir(join(home.folder, 'tmp'))).toEqual([]);
    }));

  it('is not taken from a folder that others can write to', () =>
    inHome(async (home, folder) => {
      await mkdir(folder, { recursive: true });
      await chmod(folder, 0o777);
      expect((await start(home)).exitCode).toBe(0);
      expect(await readdir(folder)).toEqual([]);
    }));

  it('is done without where there can be no such folder', () =>
    inHome(async (home) => {
      await writeFile(join(home.folder, '.cache'), 'a file');
      expect(await start(home)).toMatchObject({ exitCode: 0, stderr: '' });
    }));
});
