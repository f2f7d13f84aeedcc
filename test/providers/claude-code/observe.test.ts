import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { targetKey } from '../../../src/model/provider.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import {
  CONFIG,
  desired,
  HOME,
  localIn,
  memoryWorld,
  observe,
  placeOf,
  projectIn,
  USER,
  userPlace,
} from './world.ts';

const print = (value: JsonObject): string => JSON.stringify(value);
const stdio = { type: 'stdio', command: 'x', args: [] };

describe('observing', () => {
  it('finds nothing where there is nothing', async () => {
    const { ctx } = memoryWorld();
    const observation = await observe(ctx, { targets: [USER, localIn(HOME), projectIn(HOME)] });
    expect(observation.objects.size).toBe(0);
    expect(observation.unavailable.size).toBe(0);
    expect(observation.findings).toEqual([]);
    expect(observation.config).toBe(CONFIG);
  });

  it('reads every entry of every target, ours or not', async () => {
    const { ctx } = memoryWorld({
      [CONFIG]: print({
        mcpServers: { a: { command: 'x' }, 'odd name': { url: 'u', foo: 1 } },
        projects: { '/repo': { mcpServers: { l: stdio } }, '/other': { mcpServers: { o: stdio } } },
      }),
      '/repo/.git/': '',
      '/repo/.mcp.json': print({ mcpServers: { p: stdio } }),
    });
    const observation = await observe(ctx, {
      targets: [USER, localIn('/repo'), projectIn('/repo')],
      root: '/repo',
    });
    expect([...observation.objects.keys()]).toEqual([
      `${CONFIG}#/mcpServers/a`,
      `${CONFIG}#/mcpServers/odd name`,
      `${CONFIG}#/projects/~1repo/mcpServers/l`,
      '/repo/.mcp.json#/mcpServers/p',
    ]);
    expect(observation.objects.get(userPlace('a').key)).toEqual({
      place: userPlace('a'),
      attributes: stdio,
      unknown: [],
    });
    expect(observation.objects.get('/repo/.mcp.json#/mcpServers/p')?.place.isShared).toBe(true);
  });

  it('reads remembered places too, in other files and of projects that are no target', async () => {
    const old = '/old/.claude.json';
    const { ctx } = memoryWorld({
      [CONFIG]: print({ projects: { '/other': { mcpServers: { o: stdio, foreign: stdio } } } }),
      [old]: print({ mcpServers: { a: stdio } }),
    });
    const places = [
      placeOf(CONFIG, 'projects', '/other', 'mcpServers', 'o'),
      placeOf(CONFIG, 'projects', '/gone', 'mcpServers', 'o'),
      userPlace('a', old),
      userPlace('b', old),
    ];
    const observation = await observe(ctx, { targets: [], places });
    expect([...observation.objects.keys()]).toEqual([places[0]?.key, places[2]?.key]);
  });

  it('says where a desired entry lives', async () => {
    const { ctx } = memoryWorld({ '/repo/.git/': '', '/repo/sub/': '' });
    const targets = [USER, localIn('/repo/sub'), projectIn('/repo/sub')];
    const observation = await observe(ctx, { targets, root: '/repo' });
    const places = targets.map((target) => claudeCode.identify(desired('a', target), observation));
    expect(places).toEqual([
      userPlace('a'),
      placeOf(CONFIG, 'projects', '/repo', 'mcpServers', 'a'),
      { ...placeOf('/repo/sub/.mcp.json', 'mcpServers', 'a'), isShared: true },
    ]);
    expect(() => claudeCode.identify(desired('a', localIn('/else')), observation)).toThrow('not observed');
  });

  it('shares a project file with nobody outside the repository', async () => {
    const { ctx } = memoryWorld({ '/repository/': '' });
    const target = projectIn('/repository');
    const observation = await observe(ctx, { targets: [target], root: '/repo' });
    expect(observation.containers.get(targetKey(target))?.isShared).toBe(false);
  });
});

describe('what is never taken for absent', () => {
  const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`;
  it.each<[string, string | Uint8Array | { link: string }, string]>([
    ['invalid JSON', '{', 'CLIENT_FILE_INVALID'],
    ['an empty file', '', 'CLIENT_FILE_INVALID'],
    ['a top-level list', '[]', 'CLIENT_FILE_SHAPE'],
    ['a top-level null', 'null', 'CLIENT_FILE_SHAPE'],
    ['servers that are a list', '{"mcpServers":[]}', 'CLIENT_FILE_SHAPE'],
    ['servers that are text', '{"mcpServers":"x"}', 'CLIENT_FILE_SHAPE'],
    ['UTF-16 with a mark', Buffer.from('\uFEFF{}', 'utf16le'), 'CLIENT_FILE_ENCODING'],
    ['UTF-16 without a mark', Buffer.from('{}', 'utf16le'), 'CLIENT_FILE_ENCODING'],
    ['half a character', Buffer.from('{"a":"ü"}').subarray(0, 7), 'CLIENT_FILE_ENCODING'],
    ['an entry nested too deeply', `{"mcpServers":{"a":${deep}}}`, 'CLIENT_FILE_TOO_DEEP'],
    ['a link to nowhere', { link: '/nowhere' }, 'CLIENT_FILE_UNREADABLE'],
  ])('%s', async (_, content, code) => {
    const { ctx } = memoryWorld({ [CONFIG]: content });
    const observation = await observe(ctx);
    expect(observation.unavailable.get(CONFIG)).toMatchObject({
      code,
      severity: 'error',
      at: { file: CONFIG },
    });
  });

  it('a folder in place of the file', async () => {
    const { ctx } = memoryWorld({ [`${CONFIG}/`]: '' });
    expect((await observe(ctx)).unavailable.get(CONFIG)?.code).toBe('CLIENT_FILE_UNREADABLE');
  });

  it('a file that may not be read', async () => {
    const world = memoryWorld({ [CONFIG]: '{}' });
    await world.system.files.changeMode(CONFIG, 0);
    expect((await observe(world.ctx)).unavailable.get(CONFIG)?.message).toContain('EACCES');
  });

  it('reads a byte order mark, deep history and nesting of no concern', async () => {
    const { ctx } = memoryWorld({ [CONFIG]: `\uFEFF{"history":${deep},"mcpServers":{"a":{"command":"x"}}}` });
    const observation = await observe(ctx);
    expect(observation.unavailable.size).toBe(0);
    expect(observation.objects.get(userPlace('a').key)?.attributes).toEqual(stdio);
  });

  it('says where the JSON breaks, and nothing of what is in it', async () => {
    const { ctx } = memoryWorld({ [CONFIG]: '{\n  "secret": "hunter2",\n  "x": y\n}' });
    const finding = (await observe(ctx)).unavailable.get(CONFIG);
    expect(JSON.stringify(finding)).not.toMatch(/hunter2|secret/);
  });

  it('does not hold a broken user config against project scope', async () => {
    const { ctx } = memoryWorld({ [CONFIG]: '{', '/repo/': '' });
    expect((await observe(ctx, { targets: [projectIn('/repo')] })).unavailable.size).toBe(0);
  });

  it('a project folder that does not exist', async () => {
    const { ctx } = memoryWorld();
    const observation = await observe(ctx, { targets: [projectIn('/repo'), localIn('/gone')] });
    expect(observation.unavailable.get('/repo/.mcp.json')?.code).toBe('CLIENT_FOLDER_MISSING');
    expect(observation.findings.map(({ code }) => code)).toEqual(['CLIENT_FOLDER_MISSING']);
  });

  it.each<[string, Record<string, string | { link: string }>]>([
    ['the file', { '/repo/sub/.mcp.json': { link: '/elsewhere/x' }, '/elsewhere/x': '{}' }],
    ['its folder', { '/repo/sub': { link: '/elsewhere' }, '/elsewhere/.mcp.json': '{}' }],
    [
      'its folder, which is a repository',
      { '/repo/sub': { link: '/elsewhere' }, '/elsewhere/.git/': '', '/elsewhere/.mcp.json': '{}' },
    ],
  ])('a project file reached through a link: %s', async (_, tree) => {
    const { ctx } = memoryWorld({ '/repo/.git/': '', ...tree });
    const observation = await observe(ctx, { targets: [projectIn('/repo/sub')], root: '/repo' });
    expect(observation.unavailable.get('/repo/sub/.mcp.json')?.code).toBe('CLIENT_LINK_REFUSED');
  });

  it('a repository inside a linked folder of the manifest’s own', async () => {
    const { ctx } = memoryWorld({
      '/repo/.git/': '',
      '/repo/link': { link: '/elsewhere' },
      '/elsewhere/inner/.git/': '',
      '/elsewhere/inner/.mcp.json': '{}',
    });
    const observation = await observe(ctx, { targets: [projectIn('/repo/link/inner')], root: '/repo' });
    expect(observation.unavailable.get('/repo/link/inner/.mcp.json')?.code).toBe('CLIENT_LINK_REFUSED');
  });

  it('but a link above the repository is nobody’s concern', async () => {
    const { ctx } = memoryWorld({
      '/srv': { link: '/mnt' },
      '/mnt/repo/.git/': '',
      '/mnt/repo/.mcp.json': print({ mcpServers: { p: stdio } }),
    });
    const observation = await observe(ctx, { targets: [projectIn('/srv/repo')], root: '/srv/repo' });
    expect(observation.unavailable.size).toBe(0);
    expect(observation.objects.size).toBe(1);
  });
});

describe('what only matters to findings', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a broken project file above', { '/.mcp.json': '{' }, '/.mcp.json'],
    ['a broken user config', { [CONFIG]: '[]' }, CONFIG],
  ])('%s is a warning and stops nothing', async (_, tree, file) => {
    const { ctx } = memoryWorld({ '/repo/': '', ...tree });
    const observation = await observe(ctx, { targets: [projectIn('/repo')] });
    expect(observation.unavailable.size).toBe(0);
    expect(observation.findings).toMatchObject([
      { code: 'CLIENT_SETTINGS_UNREADABLE', severity: 'warning', at: { file } },
    ]);
  });

  it('a folder that may not be searched makes its project file unavailable, and is no crash', async () => {
    const world = memoryWorld({ '/repo/sub/': '' });
    await world.system.files.changeMode('/repo', 0);
    const observation = await observe(world.ctx, { targets: [projectIn('/repo/sub'), localIn('/repo/sub')] });
    expect(observation.unavailable.get('/repo/sub/.mcp.json')?.code).toBe('CLIENT_FILE_UNREADABLE');
  });
});

describe('which file is the user’s', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['the usual one', {}, {}, CONFIG],
    ['one in CLAUDE_CONFIG_DIR', {}, { CLAUDE_CONFIG_DIR: '/cfg' }, '/cfg/.claude.json'],
    ['the usual one when that is empty', {}, { CLAUDE_CONFIG_DIR: '' }, CONFIG],
    [
      'the legacy one when it is there',
      { [`${HOME}/.claude/.config.json`]: '{}' },
      {},
      `${HOME}/.claude/.config.json`,
    ],
    [
      'the legacy one of CLAUDE_CONFIG_DIR',
      { '/cfg/.config.json': '{}' },
      { CLAUDE_CONFIG_DIR: '/cfg' },
      '/cfg/.config.json',
    ],
  ])('%s', async (_, tree, env, expected) => {
    const { ctx } = memoryWorld(tree, { env });
    expect((await observe(ctx)).config).toBe(expected);
  });

  it('warns that a relative folder is another one everywhere', async () => {
    const { ctx } = memoryWorld({}, { env: { CLAUDE_CONFIG_DIR: '~/cfg' } });
    const observation = await observe(ctx);
    expect(observation.config?.endsWith('/~/cfg/.claude.json')).toBe(true);
    expect(observation.findings.map(({ code }) => code)).toEqual(['CLIENT_CONFIG_DIR_RELATIVE']);
  });
});
