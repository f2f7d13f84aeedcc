import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Begin } from '../../../src/model/journal.ts';
import type { Place } from '../../../src/model/resource.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { CONFIG, memoryWorld, realWorld, userPlace } from './world.ts';

const begun = (place: Place): Begin => ({
  operation: 'run-1',
  address: 'claude-code/user/a',
  action: 'update',
  provider: 'claude-code',
  place,
  before: null,
  after: null,
  record: null,
});

let home: Home;
let config: string;
beforeEach(async () => {
  home = await throwawayHome();
  config = join(home.folder, '.claude.json');
});
afterEach(() => home.remove());

it('clears away the lock and the half-written file of a run that was killed', async () => {
  await writeFile(config, '{}');
  await mkdir(`${config}.lock`);
  const long = new Date(Date.now() - 60_000);
  await utimes(`${config}.lock`, long, long);
  const { ctx } = realWorld(home);
  const old = `${config}.tmp.1.0123456789abcdef0123`;
  await writeFile(old, '{');
  const hours = new Date(Date.now() - 2 * 3_600_000);
  await utimes(old, hours, hours);
  await claudeCode.recover?.([userPlace('a', config), userPlace('b', config)].map(begun), ctx);
  expect((await readdir(home.folder)).sort()).toEqual(['.claude.json', 'project']);
});

it('leaves a lock that somebody holds, and goes on', async () => {
  const world = memoryWorld({ [CONFIG]: '{}' });
  world.system.locks.held.add(`${CONFIG}.lock`);
  await claudeCode.recover?.([userPlace('a')].map(begun), world.ctx);
  expect([...world.system.locks.held]).toEqual([`${CONFIG}.lock`]);
});

it('has nothing to do where nothing is', async () => {
  const { ctx } = realWorld(home);
  await claudeCode.recover?.([userPlace('a', join(home.folder, 'gone/.claude.json'))].map(begun), ctx);
  expect(await readdir(home.folder)).toEqual(['project']);
});
