import { describe, expect, it } from 'vitest';
import { identify, type SourceArguments } from '../../../src/loop/service/identify.ts';
import { toSpec } from '../../../src/loop/service/to-spec.ts';
import { context } from './examples.ts';

const CWD = '/home/ada/work';
const TREE = {
  [`${CWD}/mcp.yaml`]: 'apiVersion: mcpform/v1\nkind: Stack\nname: tools\n',
  [`${CWD}/broken.yaml`]: 'name: [\n',
};
const NOTHING: SourceArguments = {
  source: undefined,
  files: [],
  stateDir: undefined,
  allowLocal: false,
};
const RECONCILED = { name: 'mcpform-tools-1', about: 'tools', isRemote: false };

const identified = (change: Partial<SourceArguments> = {}, cwd = CWD) =>
  identify({ ...NOTHING, ...change }, cwd, context({ tree: TREE }));

describe('the name of a service', () => {
  it('is that of the stack, and a hash of where it comes from', async () => {
    const found = await identified();
    expect(found.name).toMatch(/^mcpform-tools-[0-9a-f]{12}$/);
    expect(found.about).toBe(`tools of ${CWD}/mcp.yaml`);
    expect(await identified({ files: ['mcp.yaml'] })).toEqual(found);
    expect(await identified({ source: '.' })).toEqual(found);
  });

  it('is another for other books, another file and another repository', async () => {
    const source = 'https://github.com/acme/tools.git';
    const all = await Promise.all([
      identified(),
      identified({ stateDir: 'books' }),
      identified({ files: ['broken.yaml'] }),
      identified({ source }),
      identified({ source: `${source}:team/mcp.yaml` }),
      identified({ source: 'https://github.com/other/tools.git' }),
    ]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all[3]).toMatchObject({ name: expect.stringMatching(/^mcpform-tools-/), isRemote: true });
  });

  it('is the same for each branch of a repository: its stack is one', async () => {
    const at = (ref: string) => identified({ source: `git@github.com:acme/tools.git@${ref}` });
    expect((await at('main')).name).toBe((await at('next')).name);
    expect((await at('main')).about).toContain('@main');
  });

  it('wants a manifest, or a repository that a source may be', async () => {
    await expect(identified({}, '/home/ada')).rejects.toMatchObject({ code: 'MANIFEST_NOT_FOUND' });
    await expect(identified({ source: 'https://me:canary@example.com/x' })).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
    });
  });
});

describe('what a service starts', () => {
  it('is this very program with the arguments as given, in the folder where they were given', () => {
    const args = ['--file', 'mcp.yaml', '--interval', '10m'];
    const { spec } = toSpec({ reconciled: RECONCILED, args, cwd: CWD }, context());
    expect(spec).toMatchObject({
      command: '/usr/bin/node',
      args: ['/opt/mcpform/dist/mcpform.cjs', 'reconcile', ...args],
      folder: CWD,
    });
    const reconciled = { ...RECONCILED, isRemote: true };
    expect(toSpec({ reconciled, args: [], cwd: '/tmp/x' }, context()).spec.folder).toBe('/home/ada');
  });

  it.each(['npx', 'temporary'] as const)('is not a program that will be gone: %s', (because) => {
    const ephemeral = { path: '/tmp/x', because };
    const launcher = { command: '/usr/bin/node', args: ['/tmp/x', 'exec'], ephemeral };
    expect(() => toSpec({ reconciled: RECONCILED, args: [], cwd: CWD }, context({}, { launcher }))).toThrow(
      expect.objectContaining({ code: 'SERVICE_EPHEMERAL' }),
    );
  });

  it.each([
    [['--var', 'TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345'], 'SECRET_EXPOSED'],
    [['--token', 'q8Zr2Lw0Xv7Tn5Bc'], 'SECRET_EXPOSED'],
    [['--var', 'a=b\nExecStart=/bin/sh'], 'USAGE'],
    [['--var', 'a=\u202eb'], 'USAGE'],
  ] as const)('has no arguments like %j', (args, code) => {
    expect(() => toSpec({ reconciled: RECONCILED, args, cwd: CWD }, context())).toThrow(
      expect.objectContaining({ code, message: expect.not.stringMatching(/ghp_|q8Z|ExecStart/) }),
    );
  });

  it('gets what says where things are, and nothing else of the environment', () => {
    const env = {
      PATH: '/usr/bin:relative:/home/ada/x/node_modules/.bin:/home/ada/.npm/_npx/1/node_modules/.bin:/usr/bin:/opt/bin',
      DOCKER_HOST: 'unix:///run/user/1000/docker.sock',
      CLAUDE_CONFIG_DIR: '/home/ada/claude',
      HTTPS_PROXY: 'http://ada:canary@proxy.corp:3128',
      NO_PROXY: 'localhost',
      GITHUB_TOKEN: 'canary',
      XDG_STATE_HOME: 'a\nb',
    };
    const { spec, leftOut } = toSpec({ reconciled: RECONCILED, args: [], cwd: CWD }, context({}, { env }));
    expect(spec.env).toEqual({
      PATH: '/usr/bin:/opt/bin',
      DOCKER_HOST: 'unix:///run/user/1000/docker.sock',
      CLAUDE_CONFIG_DIR: '/home/ada/claude',
      NO_PROXY: 'localhost',
    });
    expect(leftOut).toEqual(['HTTPS_PROXY']);
  });
});
