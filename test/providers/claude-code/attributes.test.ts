import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { throwawayHome } from '../../support/throwaway-home.ts';
import { create, realWorld, userPlace } from './world.ts';

const hasTools = ['setfacl', 'setfattr'].every((tool) => spawnSync(tool, ['--version']).status === 0);
if (!hasTools) {
  const message = 'NOT TESTED: access lists and extended attributes (packages acl and attr are missing)';
  if (process.env['CI']) throw new Error(message);
  console.error(`\n${message}\n`);
}

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' });

it.runIf(hasTools)('keeps mode, owner, access list and extended attributes of a config', async () => {
  const home = await throwawayHome();
  const config = join(home.folder, '.claude.json');
  await writeFile(config, '{ "numStartups": 1 }');
  await chmod(config, 0o640);
  // Only root may give a file away; everybody else keeps what is theirs.
  if (process.getuid?.() === 0) await chown(config, 65534, 65534);
  run('setfacl', '-m', 'u:daemon:r', config);
  run('setfattr', '-n', 'user.note', '-v', 'do not lose me', config);
  const look = () => ({
    acl: run('getfacl', '--absolute-names', '--numeric', config),
    attributes: run('getfattr', '--absolute-names', '--dump', config),
  });
  const before = { ...look(), inode: (await stat(config)).ino };

  const place = userPlace('a', config);
  const entry = { type: 'stdio', command: 'echo', args: [] };
  const { ctx } = realWorld(home);
  expect(await claudeCode.perform([create(place, entry)], ctx)).toMatchObject([{ result: 'done' }]);

  expect(before.acl).toContain('user:');
  expect(before.attributes).toContain('do not lose me');
  expect(look()).toEqual({ acl: before.acl, attributes: before.attributes });
  expect((await stat(config)).ino).not.toBe(before.inode);
  await home.remove();
});
