import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/model/address.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Work } from '../../../src/model/provider.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import {
  CONFIG,
  create,
  HOME,
  localIn,
  memoryWorld,
  move,
  observe,
  placeOf,
  planOf,
  projectIn,
  remove,
  USER,
  update,
  userPlace,
} from './world.ts';

const stdio = (more: JsonObject = {}): JsonObject => ({ type: 'stdio', command: 'x', args: [], ...more });
const http = (url: string, more: JsonObject = {}): JsonObject => ({ type: 'http', url, ...more });
const print = (value: JsonObject): string => JSON.stringify(value);
const MANAGED = `${HOME}/managed`;
const file = '/repo/.mcp.json';
const projectPlace = (name: string) => placeOf(file, 'mcpServers', name);
const localPlace = (name: string) => placeOf(CONFIG, 'projects', '/repo', 'mcpServers', name);
const inProject = (name: string): Work => create(projectPlace(name), stdio(), `claude-code/project/${name}`);

interface Case {
  readonly works?: readonly Work[];
  readonly unchanged?: readonly string[];
  readonly tree?: Parameters<typeof memoryWorld>[0];
  readonly targets?: readonly Target[];
  readonly platform?: NodeJS.Platform;
  readonly root?: string | null;
}

async function reviewed({
  works = [],
  unchanged = [],
  tree = {},
  targets = [USER],
  platform = 'linux',
  root = null,
}: Case) {
  const world = memoryWorld({ '/repo/.git/': '', ...tree });
  const ctx = { ...world.ctx, platform };
  const observation = await observe(ctx, { targets, root });
  return { review: claudeCode.review(planOf(works, unchanged), observation), observation };
}

async function codesOf(each: Case): Promise<readonly string[]> {
  const { review } = await reviewed(each);
  return review.map(({ code }) => code).filter((code) => code !== 'CLIENT_RESTART_NEEDED');
}

const withCode = (findings: readonly Finding[], code: string): readonly Finding[] =>
  findings.filter((each) => each.code === code);

describe('reviewing a plan', () => {
  it('says nothing about nothing', async () => {
    expect((await reviewed({})).review).toEqual([]);
    expect(
      await codesOf({
        unchanged: ['claude-code/user/a'],
        tree: { [CONFIG]: print({ mcpServers: { a: stdio() } }) },
      }),
    ).toEqual([]);
  });

  it('says once that running sessions do not notice', async () => {
    const works = [create(userPlace('a'), stdio()), create(userPlace('b'), stdio())];
    const { review } = await reviewed({ works });
    expect(review).toMatchObject([{ code: 'CLIENT_RESTART_NEEDED', severity: 'info' }]);
  });

  it('ignores the steps of other providers', async () => {
    const work = create(userPlace('workspace'), stdio());
    const other = { ...work, step: { ...work.step, provider: 'docker' } };
    expect((await reviewed({ works: [other] })).review).toEqual([]);
  });
});

describe('logins', () => {
  const before = http('https://a.example');
  const tree = {
    [CONFIG]: print({
      mcpServers: { a: before, h: http('https://h', { headers: { authorization: 'x' } }), s: stdio() },
    }),
  };

  it.each<[string, Work, readonly string[]]>([
    ['another URL', update(userPlace('a'), before, http('https://b.example')), ['CLIENT_LOGIN_FORGOTTEN']],
    [
      'another type',
      update(userPlace('a'), before, { type: 'sse', url: 'https://a.example' }),
      ['CLIENT_LOGIN_FORGOTTEN'],
    ],
    ['another name', move(userPlace('a'), userPlace('b'), before), ['CLIENT_LOGIN_FORGOTTEN']],
    ['another header', update(userPlace('a'), before, { ...before, headers: { X: '1' } }), []],
    ['another timeout', update(userPlace('a'), before, { ...before, timeout: 9000 }), []],
    ['no entry any more', remove(userPlace('a'), before), ['CLIENT_LOGIN_LEFT']],
    [
      'a key of its own',
      update(
        userPlace('h'),
        http('https://h', { headers: { authorization: 'x' } }),
        http('https://i', { headers: { authorization: 'x' } }),
      ),
      [],
    ],
    ['stdio', remove(userPlace('s'), stdio()), []],
  ])('with %s', async (_, work, codes) => {
    expect(await codesOf({ works: [work], tree })).toEqual(codes);
  });

  it('are spoken of without the URL', async () => {
    const { review } = await reviewed({
      works: [update(userPlace('a'), before, http('https://b.example/?key=hunter2'))],
      tree,
    });
    expect(JSON.stringify(review)).not.toMatch(/hunter2|example/);
  });
});

describe('entries that hide one another', () => {
  const targets = [USER, projectIn('/repo'), localIn('/repo')];

  it('a user entry behind a local and a project one', async () => {
    const tree = {
      [CONFIG]: print({ projects: { '/repo': { mcpServers: { a: stdio() } } } }),
      [file]: print({ mcpServers: { a: stdio() } }),
    };
    const { review } = await reviewed({ works: [create(userPlace('a'), stdio())], tree, targets });
    expect(withCode(review, 'CLIENT_SHADOWED').map(({ message }) => message)).toEqual([
      `server "a" of user scope is hidden in "/repo" by the one of local scope in "${CONFIG}"`,
      `server "a" of user scope is hidden in "/repo" by the one of project scope in "${file}"`,
    ]);
  });

  it('a user entry behind one in a folder above the repository', async () => {
    const tree = { '/.mcp.json': print({ mcpServers: { a: stdio() } }) };
    const works = [create(userPlace('a'), stdio())];
    expect(await codesOf({ works, tree, root: '/repo' })).toEqual(['CLIENT_SHADOWED']);
  });

  it('a project entry behind a local one', async () => {
    const tree = { [CONFIG]: print({ projects: { '/repo': { mcpServers: { a: stdio() } } } }) };
    expect(await codesOf({ works: [inProject('a')], tree, targets })).toEqual([
      'CLIENT_APPROVAL_PENDING',
      'CLIENT_SHADOWED',
    ]);
  });

  it('not one of this stack, and not one that goes in the same plan', async () => {
    const tree = { [CONFIG]: print({ projects: { '/repo': { mcpServers: { a: stdio(), b: stdio() } } } }) };
    const works = [
      create(userPlace('a'), stdio()),
      create(userPlace('b'), stdio()),
      remove(localPlace('b'), stdio()),
    ];
    expect(await codesOf({ works, unchanged: ['claude-code/local/a'], tree, targets })).toEqual([]);
  });

  it('names that differ in case only, or give the same tool names', async () => {
    const tree = { [CONFIG]: print({ mcpServers: { 'a.b': stdio(), ABC: stdio() } }) };
    const { review } = await reviewed({
      works: [create(userPlace('a_b'), stdio()), create(userPlace('abc'), stdio())],
      tree,
    });
    expect(withCode(review, 'CLIENT_NAMES_COLLIDE').map(({ message }) => message)).toEqual([
      'servers "a_b" and "a.b" give their tools the same names',
      'servers "abc" and "ABC" differ in upper and lower case only',
    ]);
  });
});

describe('approvals', () => {
  const user = `${HOME}/.claude/settings.json`;
  const committed = '/repo/.claude/settings.json';
  const own = '/repo/.claude/settings.local.json';
  const trusted = { [CONFIG]: print({ projects: { '/repo': { hasTrustDialogAccepted: true } } }) };
  const yes = print({ enabledMcpjsonServers: ['a'] });
  const all = print({ enableAllProjectMcpServers: true });
  const no = print({ disabledMcpjsonServers: ['a'] });

  it.each<[string, NonNullable<Case['tree']>, readonly string[]]>([
    ['nothing said', {}, ['CLIENT_APPROVAL_PENDING']],
    ['nothing said in a trusted folder', trusted, ['CLIENT_APPROVAL_PENDING']],
    ['the user says yes', { [user]: yes }, []],
    ['the user says yes to all', { [user]: all }, []],
    ['the repository says yes', { [committed]: yes }, ['CLIENT_APPROVAL_PENDING']],
    ['the trusted repository says yes', { [committed]: all, ...trusted }, []],
    ['the local file says yes', { [own]: yes }, ['CLIENT_APPROVAL_PENDING']],
    ['the trusted local file says yes', { [own]: yes, ...trusted }, []],
    ['the administrator says yes', { [`${MANAGED}/managed-settings.json`]: yes }, []],
    ['somebody says no', { [user]: all, [committed]: no }, ['CLIENT_APPROVAL_REJECTED']],
    [
      'a yes to another name',
      { [user]: print({ enabledMcpjsonServers: ['b', 1] }) },
      ['CLIENT_APPROVAL_PENDING'],
    ],
  ])('%s', async (_, tree, codes) => {
    expect(await codesOf({ works: [inProject('a')], tree, targets: [projectIn('/repo')] })).toEqual(codes);
    const there = { [file]: print({ mcpServers: { a: stdio() } }), ...tree };
    const unchanged = ['claude-code/project/a'];
    expect(await codesOf({ unchanged, tree: there, targets: [projectIn('/repo')] })).toEqual(codes);
  });

  it('are found for folders that the address names', async () => {
    const targets = [
      { ...projectIn('/repo/a'), label: 'a' },
      { ...projectIn('/repo/a/b'), label: 'a/b' },
    ];
    const tree = {
      '/repo/a/b/.mcp.json': print({ mcpServers: { x: stdio() } }),
      '/repo/a/.mcp.json': print({ mcpServers: {} }),
    };
    const { review } = await reviewed({ unchanged: ['claude-code/project:a/b/x'], tree, targets });
    expect(review.map(({ message }) => message)).toEqual(['server "x" waits for approval in "/repo/a/b"']);
  });

  it('do not concern the other scopes', async () => {
    const works = [create(userPlace('a'), stdio()), create(localPlace('b'), stdio())];
    expect(await codesOf({ works, targets: [USER, localIn('/repo')] })).toEqual([]);
  });

  it('are put aside by a switch in the project', async () => {
    const tree = { [CONFIG]: print({ projects: { '/repo': { disabledMcpServers: ['a'] } } }) };
    const works = [create(userPlace('a'), stdio()), create(localPlace('a'), stdio())];
    expect(await codesOf({ works, tree, targets: [USER, localIn('/repo')] })).toEqual([
      'CLIENT_DISABLED_IN_PROJECT',
      'CLIENT_DISABLED_IN_PROJECT',
    ]);
  });
});

describe('policy of the client', () => {
  const managed = `${MANAGED}/managed-settings.json`;
  const user = `${HOME}/.claude/settings.json`;
  const node = { type: 'stdio', command: 'node', args: ['ok.js'] };
  const url = (text: string): Work => create(userPlace('a'), http(text));

  it.each<[string, JsonObject, Work, boolean]>([
    ['denied by name', { deniedMcpServers: [{ serverName: 'a' }] }, create(userPlace('a'), node), true],
    ['another one denied', { deniedMcpServers: [{ serverName: 'b' }] }, create(userPlace('a'), node), false],
    [
      'denied by command',
      { deniedMcpServers: [{ serverCommand: ['node', 'ok.js'] }] },
      create(userPlace('a'), node),
      true,
    ],
    [
      'denied by URL',
      { deniedMcpServers: [{ serverUrl: 'https://*.example.com/*' }] },
      url('https://x.example.com/mcp'),
      true,
    ],
    ['nothing allowed', { allowedMcpServers: [] }, create(userPlace('a'), node), true],
    ['allowed by name', { allowedMcpServers: [{ serverName: 'a' }] }, create(userPlace('a'), node), false],
    ['not allowed by name', { allowedMcpServers: [{ serverName: 'b' }] }, create(userPlace('a'), node), true],
    [
      'allowed by command',
      { allowedMcpServers: [{ serverCommand: ['node', 'ok.js'] }] },
      create(userPlace('a'), node),
      false,
    ],
    [
      'names do not count beside commands',
      { allowedMcpServers: [{ serverName: 'a' }, { serverCommand: ['node'] }] },
      create(userPlace('a'), node),
      true,
    ],
    [
      'names count for URLs beside commands',
      { allowedMcpServers: [{ serverName: 'a' }, { serverCommand: ['node'] }] },
      url('https://a'),
      false,
    ],
    [
      'allowed by URL',
      { allowedMcpServers: [{ serverUrl: 'https://*.example.com/*' }] },
      url('https://x.example.com/mcp'),
      false,
    ],
    [
      'a URL that only ends so',
      { allowedMcpServers: [{ serverUrl: 'https://*.example.com' }] },
      url('https://evil.test/.example.com/x'),
      true,
    ],
    [
      'a URL too short for its pattern',
      { allowedMcpServers: [{ serverUrl: 'https://aa*aa' }] },
      url('https://aaa'),
      true,
    ],
    ['pieces in the wrong order', { allowedMcpServers: [{ serverUrl: '*b*a*' }] }, url('https://ab'), true],
    ['rules that are none', { allowedMcpServers: [null, 'x', {}] }, create(userPlace('a'), node), true],
    [
      'lists that are none',
      { allowedMcpServers: 'x', deniedMcpServers: {} },
      create(userPlace('a'), node),
      false,
    ],
  ])('%s', async (_, settings, work, isBlocked) => {
    expect(await codesOf({ works: [work], tree: { [managed]: print(settings) } })).toEqual(
      isBlocked ? ['CLIENT_POLICY_BLOCKED'] : [],
    );
  });

  it('adds the lists of everybody up, unless only the administrator counts', async () => {
    const works = [create(userPlace('a'), node)];
    const tree = (only: boolean) => ({
      [managed]: print({ allowedMcpServers: [{ serverName: 'b' }], allowManagedMcpServersOnly: only }),
      [user]: print({ allowedMcpServers: [{ serverName: 'a' }] }),
    });
    expect(await codesOf({ works, tree: tree(false) })).toEqual([]);
    expect(await codesOf({ works, tree: tree(true) })).toEqual(['CLIENT_POLICY_BLOCKED']);
  });

  it('reads drop-ins, and a deny of the user', async () => {
    const works = [create(userPlace('a'), node), create(userPlace('b'), node)];
    const tree = {
      [`${MANAGED}/managed-settings.d/10.json`]: print({ deniedMcpServers: [{ serverName: 'a' }] }),
      [`${MANAGED}/managed-settings.d/readme.txt`]: 'no JSON',
      [user]: print({ deniedMcpServers: [{ serverName: 'b' }] }),
    };
    expect(await codesOf({ works, tree })).toEqual(['CLIENT_POLICY_BLOCKED', 'CLIENT_POLICY_BLOCKED']);
  });

  it.each([
    ['a map', '{"mcpServers":{}}', []],
    ['broken', '{', ['CLIENT_SETTINGS_UNREADABLE']],
  ])(
    'says that the administrator’s own servers replace all others, even when their file is %s',
    async (_, text, findings) => {
      const { review, observation } = await reviewed({
        works: [create(userPlace('a'), node), create(userPlace('b'), node)],
        tree: { [`${MANAGED}/managed-mcp.json`]: text },
      });
      expect(withCode(review, 'CLIENT_MANAGED_EXCLUSIVE')).toHaveLength(1);
      expect(observation.findings.map(({ code }) => code)).toEqual(findings);
    },
  );

  it('takes broken settings for a finding, not for a failure', async () => {
    const { review, observation } = await reviewed({
      works: [create(userPlace('a'), node)],
      tree: { [managed]: '{', [user]: '[]' },
    });
    expect(observation.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['CLIENT_SETTINGS_UNREADABLE', 'warning'],
      ['CLIENT_SETTINGS_UNREADABLE', 'warning'],
    ]);
    expect(review.map(({ code }) => code)).toEqual(['CLIENT_RESTART_NEEDED']);
  });

  it('looks where each platform keeps it', async () => {
    const { managedFolders } = await import('../../../src/providers/claude-code/paths.ts');
    const at = (platform: NodeJS.Platform, env = {}) => managedFolders({ platform, env });
    expect(at('linux')).toEqual(['/etc/claude-code']);
    expect(at('linux', { WSL_DISTRO_NAME: 'x' })).toEqual([
      '/etc/claude-code',
      '/mnt/c/Program Files/ClaudeCode',
    ]);
    expect(at('darwin')).toEqual(['/Library/Application Support/ClaudeCode']);
    expect(at('win32')).toEqual(['C:\\Program Files\\ClaudeCode']);
  });
});

describe('what will not start', () => {
  it('a helper for headers in a folder that is not trusted', async () => {
    const entry = http('https://a', { headersHelper: 'helper' });
    const works = [create(localPlace('a'), entry), create(userPlace('b'), entry)];
    const targets = [localIn('/repo'), USER];
    expect(await codesOf({ works, targets })).toEqual(['CLIENT_HELPER_UNTRUSTED']);
    const tree = { [CONFIG]: print({ projects: { '/repo': { hasTrustDialogAccepted: true } } }) };
    expect(await codesOf({ works, targets, tree })).toEqual([]);
  });

  it('npx on Windows', async () => {
    const works = [
      create(userPlace('a'), { command: 'npx', args: ['x'] }),
      create(userPlace('b'), { command: 'cmd', args: ['/c', 'npx'] }),
    ];
    expect(await codesOf({ works, platform: 'win32' })).toEqual(['CLIENT_NPX_ON_WINDOWS']);
    expect(await codesOf({ works })).toEqual([]);
  });

  it('says before writing that a link could not be written through', async () => {
    const tree = {
      [CONFIG]: { link: '/one' },
      '/one': { link: '/two' },
      '/two': print({ mcpServers: { a: stdio() } }),
    };
    expect(await codesOf({ works: [create(userPlace('b'), stdio())], tree })).toEqual([
      'CLIENT_LINK_REFUSED',
    ]);
    expect(await codesOf({ unchanged: ['claude-code/user/a'], tree })).toEqual([]);
  });
});

describe('Windows', () => {
  it('manages the spelling that is there and names the others', async () => {
    const { ctx } = memoryWorld({
      [CONFIG]: print({ projects: { '/REPO': { mcpServers: { a: stdio() } }, '/Repo': {} } }),
      '/repo/': '',
    });
    const observation = await observe({ ...ctx, platform: 'win32' }, { targets: [localIn('/repo')] });
    expect([...observation.objects.keys()]).toEqual([`${CONFIG}#/projects/~1REPO/mcpServers/a`]);
    expect(observation.findings.map(({ code }) => code)).toEqual(['CLIENT_PROJECT_SPELLINGS']);
  });
});
