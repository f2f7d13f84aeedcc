import { createHash } from 'node:crypto';
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { System } from '../../../src/model/system.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { ManualClock } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import {
  CONFIG,
  contextOver,
  create,
  memoryWorld,
  observe,
  placeOf,
  remove,
  USER,
  update,
  userPlace,
} from './world.ts';

const entry = (command: string): JsonObject => ({ type: 'stdio', command, args: [] });
const print = (servers: JsonObject): string => JSON.stringify({ mcpServers: servers }, null, 2);

let home: Home;
let config: string;
beforeEach(async () => {
  home = await throwawayHome();
  config = join(home.folder, '.claude.json');
});
afterEach(() => home.remove());

const real = (changes: Partial<System['files']> = {}, clock?: ManualClock) => {
  const system = realSystem();
  return contextOver(
    { ...system, files: { ...system.files, ...changes }, ...(clock ? { clock } : {}) },
    home.folder,
  ).ctx;
};
const readNames = async (folder = home.folder): Promise<readonly string[]> => (await readdir(folder)).sort();
const createA = (file = config) => [create(userPlace('a', file), entry('x'))];
const parse = async (file = config): Promise<JsonObject> =>
  JSON.parse(await readFile(file, 'utf8')) as JsonObject;

describe('on a real disk', () => {
  it('leaves nothing behind but the file and a backup', async () => {
    await writeFile(config, print({}), { mode: 0o640 });
    expect(await claudeCode.perform(createA(), real())).toMatchObject([{ result: 'done', findings: [] }]);
    expect(await readNames()).toEqual(['.claude.json', '.local', 'project']);
    expect((await stat(config)).mode & 0o777).toBe(0o640);
    const folder = join(home.folder, '.local/state/mcpform/claude-code.backups');
    const [backup] = await readdir(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, backup as string))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, backup as string), 'utf8')).toBe(print({}));
  });

  it('makes a project file that git can share, and no lock in the repository', async () => {
    const file = join(home.project, '.mcp.json');
    const umask = process.umask(0o027);
    try {
      await claudeCode.perform([create(placeOf(file, 'mcpServers', 'a'), entry('x'))], real());
    } finally {
      process.umask(umask);
    }
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(await readFile(file, 'utf8')).toBe(`${print({ a: entry('x') })}\n`);
    expect(await readNames(home.project)).toEqual(['.mcp.json']);
  });

  it('makes a config folder that does not exist yet, readable by its owner only', async () => {
    const file = join(home.folder, 'new/cfg/.claude.json');
    expect(await claudeCode.perform(createA(file), real())).toMatchObject([{ result: 'done' }]);
    expect((await stat(join(home.folder, 'new/cfg'))).mode & 0o777).toBe(0o700);
  });

  it('does not make a project folder that does not exist', async () => {
    const file = join(home.folder, 'gone/.mcp.json');
    const results = await claudeCode.perform([create(placeOf(file, 'mcpServers', 'a'), entry('x'))], real());
    expect(results).toMatchObject([{ result: 'failed', error: { code: 'CLIENT_WRITE_FAILED' } }]);
  });

  it('writes the file behind one link and keeps the link', async () => {
    await mkdir(join(home.folder, 'dotfiles'));
    const target = join(home.folder, 'dotfiles/claude.json');
    await writeFile(target, print({}));
    await symlink('dotfiles/claude.json', config);
    await claudeCode.perform(createA(), real());
    expect(await readlink(config)).toBe('dotfiles/claude.json');
    expect(await parse(target)).toEqual({ mcpServers: { a: entry('x') } });
    expect(await readNames(join(home.folder, 'dotfiles'))).toEqual(['claude.json']);
  });

  it('waits for the lock at the link, not at what it leads to', async () => {
    await writeFile(join(home.folder, 'real.json'), '{}');
    await symlink('real.json', config);
    await mkdir(`${config}.lock`);
    const [performed] = await claudeCode.perform(createA(), real({}, new ManualClock(Date.now())));
    expect(performed?.error?.code).toBe('CLIENT_LOCK_BUSY');
    expect(await readFile(config, 'utf8')).toBe('{}');
  });

  it('takes over a lock that nobody refreshed for more than ten seconds', async () => {
    await mkdir(`${config}.lock`);
    const old = new Date(Date.now() - 11_000);
    await utimes(`${config}.lock`, old, old);
    expect(await claudeCode.perform(createA(), real())).toMatchObject([{ result: 'done' }]);
    expect(await readNames()).not.toContain('.claude.json.lock');
  });

  it.each<[string, (file: string) => Promise<void>, string]>([
    [
      'a chain of links',
      async (file) => {
        await writeFile(join(home.folder, 'c'), '{}');
        await symlink('c', join(home.folder, 'b'));
        await symlink('b', file);
      },
      'CLIENT_LINK_REFUSED',
    ],
    ['a link to nowhere', (file) => symlink('nowhere', file), 'CLIENT_LINK_REFUSED'],
    [
      'a file with two names',
      async (file) => {
        await writeFile(file, '{}');
        await link(file, join(home.folder, 'second'));
      },
      'CLIENT_HARD_LINK',
    ],
    ['a folder', async (file) => void (await mkdir(file)), 'CLIENT_FILE_UNREADABLE'],
  ])('refuses %s', async (_, prepare, code) => {
    await prepare(config);
    const before = await lstat(config);
    expect(await claudeCode.perform(createA(), real())).toMatchObject([
      { result: 'failed', error: { code } },
    ]);
    const after = await lstat(config);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it('refuses a project file that became a link since the plan', async () => {
    await writeFile(config, '{}');
    const file = join(home.project, '.mcp.json');
    await symlink(config, file);
    const results = await claudeCode.perform([create(placeOf(file, 'mcpServers', 'a'), entry('x'))], real());
    expect(results).toMatchObject([{ result: 'failed', error: { code: 'CLIENT_LINK_REFUSED' } }]);
    expect(await readFile(config, 'utf8')).toBe('{}');
  });

  it('keeps at most ten backups of a file, the newest', async () => {
    for (let round = 0; round < 12; round += 1) {
      const step =
        round === 0
          ? create(userPlace('a'), entry('0'))
          : update(userPlace('a'), entry(String(round - 1)), entry(String(round)));
      const place = userPlace('a', config);
      await claudeCode.perform([{ ...step, step: { ...step.step, place } }], real());
    }
    const folder = join(home.folder, '.local/state/mcpform/claude-code.backups');
    const names = await readNames(folder);
    expect(names).toHaveLength(10);
    expect(await parse(join(folder, names.at(-1) as string))).toEqual({ mcpServers: { a: entry('10') } });
  });

  it('reports a change that somebody made in the instant before the rename', async () => {
    const file = join(home.project, '.mcp.json');
    await writeFile(file, print({}));
    const { files } = realSystem();
    const ctx = real({
      rename: async (from, to) => {
        await writeFile(`${file}.theirs`, print({ theirs: entry('t') }));
        await rename(`${file}.theirs`, file);
        await files.rename(from, to);
      },
    });
    const [performed] = await claudeCode.perform([create(placeOf(file, 'mcpServers', 'a'), entry('x'))], ctx);
    expect(performed?.result).toBe('done');
    expect(performed?.findings.map(({ code }) => code)).toEqual(['CLIENT_POSSIBLE_LOST_UPDATE']);
  });

  it('reports nothing when nobody else wrote', async () => {
    const file = join(home.project, '.mcp.json');
    const place = placeOf(file, 'mcpServers', 'a');
    for (const work of [
      create(place, entry('0')),
      update(place, entry('0'), entry('1')),
      remove(place, entry('1')),
    ]) {
      expect(await claudeCode.perform([work], real())).toMatchObject([{ result: 'done', findings: [] }]);
    }
  });

  it('lets writes of ours that happen at the same time share a file', async () => {
    const file = join(home.project, '.mcp.json');
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const results = await Promise.all(
      [config, file].flatMap((each) =>
        names.map((name) => claudeCode.perform([create(userPlace(name, each), entry(name))], real())),
      ),
    );
    expect(results.flat().filter(({ result }) => result !== 'done')).toEqual([]);
    for (const each of [config, file]) {
      expect(Object.keys((await parse(each))['mcpServers'] as JsonObject).sort()).toEqual(names);
    }
  });

  it('reads and writes only what it was told to, under a folder with a strange name', async () => {
    const folder = join(home.folder, "od'd $(x) ü");
    await mkdir(folder);
    const file = join(folder, '.claude.json');
    const ctx = { ...real(), env: { CLAUDE_CONFIG_DIR: folder } };
    await claudeCode.perform(createA(file), ctx);
    const observation = await observe(ctx, { targets: [USER] });
    expect([...observation.objects.keys()]).toEqual([userPlace('a', file).key]);
    expect(await readNames(folder)).toEqual(['.claude.json']);
  });

  it('writes a file that is read-only in a folder that is not, as the client does', async () => {
    await writeFile(config, '{}');
    await chmod(config, 0o400);
    expect(await claudeCode.perform(createA(), real())).toMatchObject([{ result: 'done' }]);
    expect((await stat(config)).mode & 0o777).toBe(0o400);
  });
});

describe('against somebody who writes at the same time', () => {
  const foreign = print({ theirs: entry('t') });

  it('starts again and keeps both', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const { files } = world.system;
    const fill = files.fill.bind(files);
    let times = 3;
    files.fill = async (path, bytes, options) => {
      await fill(path, bytes, options);
      if (times-- <= 0) return;
      await files.remove(CONFIG);
      await files.create(CONFIG, `${foreign}${' '.repeat(times)}`, { mode: 0o600, sync: true });
    };
    expect(await claudeCode.perform([create(userPlace('a'), entry('x'))], world.ctx)).toMatchObject([
      { result: 'done', findings: [] },
    ]);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: { theirs: entry('t'), a: entry('x') },
    });
  });

  it('gives up after ten times and leaves what is there', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const { files } = world.system;
    const fill = files.fill.bind(files);
    let times = 0;
    files.fill = async (path, bytes, options) => {
      await fill(path, bytes, options);
      times += 1;
      await fill(CONFIG, `${foreign}${' '.repeat(times)}`, options);
    };
    const [performed] = await claudeCode.perform([create(userPlace('a'), entry('x'))], world.ctx);
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'CLIENT_CONTENDED' } });
    expect(times).toBe(10);
    expect((await world.text(CONFIG)).trim()).toBe(foreign);
  });

  it('writes again at once what was lost before it was read back', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const { files } = world.system;
    const syncFolder = files.syncFolder.bind(files);
    let times = 2;
    files.syncFolder = async (path) => {
      await syncFolder(path);
      if (times-- > 0) await files.fill(CONFIG, foreign, { sync: true });
    };
    const [performed] = await claudeCode.perform([create(userPlace('a'), entry('x'))], world.ctx);
    expect(performed?.result).toBe('done');
    expect(performed?.findings.map(({ code }) => code)).toEqual(['CLIENT_LOST_AND_REWRITTEN']);
    expect(JSON.parse(await world.text(CONFIG))).toEqual({
      mcpServers: { theirs: entry('t'), a: entry('x') },
    });
  });

  it('refuses a config that links to a file of another user', async () => {
    const world = memoryWorld({ [CONFIG]: { link: '/theirs.json' }, '/theirs.json': '{}' });
    const root = memoryWorld({}, { disk: world.system.disk, identity: { uid: 0 } });
    await root.system.files.changeOwner('/theirs.json', 7, 7);
    expect(await claudeCode.perform([create(userPlace('a'), entry('x'))], world.ctx)).toMatchObject([
      { error: { code: 'CLIENT_LINK_REFUSED' } },
    ]);
  });
});

describe('what the world may say', () => {
  it.each(['EBUSY', 'EPERM', 'EXDEV', 'EROFS', 'EACCES', 'ENOSPC', 'EIO', 'EDQUOT'])(
    '%s at the rename: the old file stays, nothing is left',
    async (code) => {
      const world = memoryWorld({ [CONFIG]: '{}' });
      const before = await world.system.files.stat(CONFIG);
      world.system.files.rename = async () => {
        throw Object.assign(new Error(`${code}: hunter2`), { code });
      };
      const results = await claudeCode.perform(
        [create(userPlace('a'), entry('x')), create(userPlace('b'), entry('y'))],
        world.ctx,
      );
      expect(results.map(({ error }) => error?.code)).toEqual(['CLIENT_WRITE_FAILED', 'CLIENT_WRITE_FAILED']);
      expect(results[0]?.error?.message).toContain(code);
      expect(JSON.stringify(results)).not.toContain('hunter2');
      expect(await world.system.files.stat(CONFIG)).toEqual(before);
      expect(await world.system.files.list('/home/ann')).toEqual(['.claude.json', '.local']);
      expect(world.system.locks.held.size).toBe(0);
    },
  );

  it('no room for a backup: nothing is written', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const { files } = world.system;
    const createFile = files.create.bind(files);
    files.create = async (path, bytes, options) => {
      if (path.includes('/claude-code.backups/')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      await createFile(path, bytes, options);
    };
    expect(await claudeCode.perform([create(userPlace('a'), entry('x'))], world.ctx)).toMatchObject([
      { error: { code: 'CLIENT_BACKUP_FAILED' } },
    ]);
    expect(await world.text(CONFIG)).toBe('{}');
  });

  it('a mistake of ours is thrown, not reported as the world’s', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    const conflict = create(userPlace('a'), entry('x'));
    const work = { ...conflict, step: { ...conflict.step, action: 'conflict' as const } };
    await expect(claudeCode.perform([work], world.ctx)).rejects.toThrow('in conflict');
    expect(world.system.locks.held.size).toBe(0);
  });
});

describe('leftovers', () => {
  const tag = createHash('sha256')
    .update(JSON.stringify(['machine-1', 'boot-1', 'pid:[1]']))
    .digest('hex')
    .slice(0, 8);
  const ours = (pid: number, boot = tag): string => `${CONFIG}.tmp.${pid}.${boot}0123456789ab`;

  it('of a run that was killed are removed by the next write; the client’s own and those of the living stay', async () => {
    const theirs = `${CONFIG}.tmp.7.0123456789ab`;
    const alive = ours(8);
    const otherBoot = ours(9, 'ffffffff');
    const world = memoryWorld({ [CONFIG]: '{}' });
    world.system.alive.set(8, null);
    for (const path of [ours(7), theirs, alive, otherBoot])
      await world.system.files.create(path, '', { mode: 0o600, sync: true });
    await claudeCode.perform([create(userPlace('a'), entry('x'))], world.ctx);
    const names = await world.system.files.list('/home/ann');
    expect(names.filter((name) => name.includes('.tmp.')).sort()).toEqual(
      [theirs, alive, otherBoot].map((path) => path.slice('/home/ann/'.length)).sort(),
    );
    world.system.clock.advance(3_600_001);
    await claudeCode.perform([create(userPlace('b'), entry('x'))], world.ctx);
    const later = await world.system.files.list('/home/ann');
    expect(later.filter((name) => name.includes('.tmp.'))).toEqual([theirs.slice('/home/ann/'.length)]);
  });
});
