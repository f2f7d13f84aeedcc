import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSource } from '../../src/loop/source/open-source.ts';
import type { Context } from '../../src/model/context.ts';
import { gitRepository } from '../support/git-repository.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { failsWith, unheard } from './source-bed.ts';

let home: Home;
let ctx: Context;
let folder: string;

beforeEach(async () => {
  home = await throwawayHome();
  ctx = realContext(home);
  folder = join(home.project, 'stack');
  await mkdir(join(folder, 'more'), { recursive: true });
  await writeFile(join(folder, 'mcp.yaml'), 'x');
  await writeFile(join(folder, 'more/b.yaml'), 'y');
});
afterEach(() => home.remove());

const look = async (spec: string, paths: readonly string[] = [], cwd = home.project) =>
  (await openSource(spec, { cwd, paths }, ctx)).look(null, unheard);

it('reads a folder and a file as a plan does, from the disk', async () => {
  const file = join(folder, 'mcp.yaml');
  const expected = { commit: null, committedMs: null, signer: null, manifestFiles: [file] };
  expect(await look('stack')).toMatchObject({ ...expected, label: folder, files: ctx.system.files });
  expect(await look(folder)).toMatchObject(expected);
  expect(await look('stack/mcp.yaml')).toMatchObject({ ...expected, label: file });
  expect((await look('mcp.yaml', ['more/b.yaml'], folder)).manifestFiles).toEqual([
    file,
    join(folder, 'more/b.yaml'),
  ]);
  expect((await look('stack', ['more/b.yaml'])).manifestFiles).toEqual([join(folder, 'more/b.yaml')]);
});

it('knows the commit of a folder that is in a repository', async () => {
  const repository = await gitRepository(home);
  const id = await repository.commit({ 'mcp.yaml': 'x' });
  const revision = await look(join(home.folder, 'origin-work'));
  expect(revision.commit).toBe(id);
  expect(revision.committedMs).toBeNull();
});

it('says what cannot be looked at, and refuses signatures of a folder', async () => {
  await expect(look('nowhere')).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE', /ENOENT/));
  await rm(join(folder, 'mcp.yaml'));
  await expect(look('stack')).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE', /no mcp.yaml/));
  await symlink('loop', join(home.project, 'loop'));
  await expect(look('loop')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  await expect(openSource('stack', { cwd: home.project, verify: 'head' }, ctx)).rejects.toMatchObject({
    code: 'SOURCE_INVALID',
  });
  const source = await openSource('stack', { cwd: home.project }, ctx);
  await expect(source.look(null, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  await source.close();
});
